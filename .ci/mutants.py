"""Compiles every planted fault into one copy of the sources, each behind a switch that is read when the process starts.

A row's text is in the body of a function, an initialiser, a subscript or an accessor, in the initial value of a
property, or in the default value of a parameter. A body is written out once more for each fault in it:

    func f() { if isPlanted(17) { BODY WITH THE FAULT } else { BODY } }

which keeps its returns, its `try`s and `await`s, and its implicit return where it is a single expression. A value
becomes `isPlanted(17) ? FAULT : VALUE`.
"""

import collections
import re

SWITCH = "PORCHLIGHT_FAULT"
# In every target that has faults. `@usableFromInline`, so that public default values may call it.
SWITCH_FILE = f"""internal import Glibc

private let planted = unsafe getenv("{SWITCH}").flatMap {{ unsafe Int(String(cString: $0)) }} ?? 0

@usableFromInline func isPlanted(_ fault: Int) -> Bool {{ planted == fault }}
"""

TYPES = {"struct", "class", "enum", "extension", "actor", "protocol"}
DECLARATION = re.compile(
    r"(?<![.\w`])(struct|class|enum|extension|actor|protocol|func|init|subscript|deinit|var|let)\b")
OBSERVERS = r"\s*(?:didSet|willSet)\b"
ACCESSORS = (
    r"\s*(?:(?:mutating|nonmutating|@\w+)\s+)*(?:get|set|_read|_modify|didSet|willSet)\b"
    r"\s*(?:\([^)]*\)\s*)?(?:async\s*)?(?:throws\s*(?:\([^)]*\)\s*)?)?\{")

Mutant = collections.namedtuple("Mutant", "number find replacement")


class DoesNotFit(Exception):
    """A row's text is where no switch can be put around it."""


def with_mutants(source, mutants):
    """The source with each of the mutants behind its number; `find` has to occur exactly once."""
    blanked = blank(source)
    bodies, values = collections.defaultdict(list), collections.defaultdict(list)
    for mutant in mutants:
        at = source.index(mutant.find)
        span = (at, at + len(mutant.find))
        body = enclosing_body(blanked, *span)
        if body:
            bodies[body].append((mutant, span))
        else:
            place, text = value(blanked, mutant, span)
            values[place].append(f"isPlanted({mutant.number}) ? {text} : ")
    edits = []
    for (start, end), inside in bodies.items():
        text = source[start:end]
        branches = [
            f"if isPlanted({mutant.number}) {{{text[:a - start]}{mutant.replacement}{text[b - start:]}\n}} else "
            for mutant, (a, b) in inside]
        edits.append((start, end, f" {''.join(branches)}{{{text}\n}} "))
    for (start, end), choices in values.items():
        edits.append((start, end, "".join(choices) + source[start:end]))
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def value(blanked, mutant, span):
    """Where the value is that the mutant changes, and what it becomes."""
    parts = [re.fullmatch(r"([^=]*[^=!<>]= )(.+)", text, re.S) for text in (mutant.find, mutant.replacement)]
    if re.search(r"[{}]", blanked[slice(*span)]) or not all(parts) or parts[0][1] != parts[1][1]:
        raise DoesNotFit("it is in no body, and no 'name = value' whose value alone changes")
    if not re.match(r"\s*(?:[,)]|\n|$)", blanked[span[1]:]):
        raise DoesNotFit("it is in no body, and the value goes on after it")
    return (span[0] + len(parts[0][1]), span[1]), parts[1][2]


def enclosing_body(blanked, start, end):
    """Where the body of the outermost function, initialiser, subscript or accessor around a span begins and ends."""
    declared, kind = 0, "type"  # where the declarations begin that the next braces follow, and what they stand in
    for opening, closing in sorted(pair for pair in braces(blanked) if pair[0] < start and end <= pair[1]):
        inside = blanked[opening + 1:closing]
        kind = "body" if kind == "accessors" else kind_of(blanked[declared:opening], inside)
        if kind == "body":
            return opening + 1, closing
        if kind == "closure":
            return None
        declared = opening + 1
    return None


def kind_of(before, inside):
    """What braces are that follow these declarations: those of a type, of accessors, of a body, or a value's closure."""
    before = without_nested(before)
    # A word in parentheses is a name: `init(subscript: Int)`.
    words = [word for word in DECLARATION.finditer(before)
             if before.count("(", 0, word.start()) == before.count(")", 0, word.start())]
    if not words:
        return "closure"
    word, rest = words[-1][1], before[words[-1].end():]
    if word in TYPES:
        return "type"
    if word == "let" or word == "var" and re.search(r"(?<![=!<>])=(?!=)", rest) and not re.match(OBSERVERS, inside):
        return "closure"
    return "accessors" if word in ("var", "subscript") and re.match(ACCESSORS, inside) else "body"


def without_nested(text):
    """The text without what is in braces that are closed in it."""
    out, depth = [], 0
    for character in text:
        depth += character == "{"
        if depth == 0:
            out.append(character)
        if character == "}":
            depth -= 1
            if depth == 0:
                out.append(";")
    return "".join(out)


def braces(blanked):
    stack, pairs = [], []
    for at in re.finditer(r"[{}]", blanked):
        if at[0] == "{":
            stack.append(at.start())
        else:
            pairs.append((stack.pop(), at.start()))
    if stack:
        raise DoesNotFit("the braces of its file do not match")
    return pairs


def blank(source):
    """The source with spaces for what strings and comments hold, at the same places."""
    out, at = [], 0

    def skip(end):
        nonlocal at
        out.append(re.sub(r"[^\n]", " ", source[at:end]))
        at = end

    while at < len(source):
        if source.startswith("//", at):
            end = source.find("\n", at)
            skip(len(source) if end < 0 else end)
        elif source.startswith("/*", at):
            skip(end_of_comment(source, at))
        elif literal := re.compile(r'(#*)("""|")').match(source, at):
            skip(end_of_string(source, literal.end(), literal[2], literal[1]))
        else:
            out.append(source[at])
            at += 1
    return "".join(out)


def end_of_comment(source, at):
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(source, at):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(source)


def end_of_string(source, at, quote, hashes):
    while at < len(source):
        if source.startswith(quote + hashes, at):
            return at + len(quote + hashes)
        if source.startswith("\\" + hashes, at):
            at += 1 + len(hashes)
            at = end_of_interpolation(source, at) if source.startswith("(", at) else at + 1
        else:
            at += 1
    return at


def end_of_interpolation(source, at):
    depth = 0
    while at < len(source):
        literal = re.compile(r'(#*)("""|")').match(source, at)
        if literal:
            at = end_of_string(source, literal.end(), literal[2], literal[1])
            continue
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        at += 1
        if depth == 0:
            return at
    return at
