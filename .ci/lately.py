"""Chooses the planted faults that what changed lately may hide."""

import subprocess

# Always planted, so that every run sees that the tests notice: one of presence, of storage, of streams, of authentication,
# of federation and of the client.
ALWAYS = {
    "idle when any device is, not all", "a status is not stored", "visibility checked only when queued",
    "an access token never expires", "engine: a drop leaves the queued push", "an outbox drops what is said twice",
}
# How faults are written into the sources: where it changed, any row may no longer fit.
PLANTER = ".ci/mutants.py"
TABLES = (
    ".ci/faults.py", ".ci/federation_faults.py", ".ci/room_faults.py", ".ci/store_faults.py", ".ci/client_faults.py"
)


def chosen(faults, root, revision):
    """The faults whose file, suite or row changed since a commit; all without one, or where the history does not reach it."""
    changed = revision and git(root, "diff", "--name-only", revision)
    if not changed:
        return faults
    changed = set(changed.splitlines())
    if PLANTER in changed:
        return faults
    suites = {path.rsplit("/", 1)[-1].removesuffix(".swift") for path in changed if path.startswith("Tests/")}
    before = "".join(git(root, "show", f"{revision}:{table}") or "" for table in TABLES)
    return [fault for fault in faults
            if fault.name in ALWAYS or f"Sources/{fault.file}" in changed or f'"{fault.name}"' not in before
            or (fault.seen_by or "").split("/")[0] in suites]


def git(root, *arguments):
    """What git prints; None where it fails."""
    try:
        asked = subprocess.run(["git", "-C", root, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return None
    return asked.stdout if asked.returncode == 0 else None
