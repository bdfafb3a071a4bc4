"""A small internet for the tests of several homeservers: names, certificates, and ways that can be cut."""

import asyncio
import json
import os
import ssl
import struct
import subprocess
import threading

SERVICE, ADDRESS = 33, 1


class Authority:
    """Vouches for names, with keys made for one test."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate, self.key = self.path("ca.pem"), self.path("ca.key")
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                 self.key, "-out", self.certificate, "-days", "2", "-subj", "/CN=porchlight test authority",
                 "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    def issue(self, name):
        """A certificate for one name and its key, as paths."""
        certificate, key = self.path(f"{name}.pem"), self.path(f"{name}.pem.key")
        request, extension = self.path(f"{name}.csr"), self.path(f"{name}.ext")
        self.run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                 "-out", request, "-subj", "/CN=porchlight test")
        with open(extension, "w") as file:
            file.write(f"subjectAltName=DNS:{name}\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
                       "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
        self.run("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                 "-days", "2", "-extfile", extension, "-out", certificate)
        return certificate, key

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)


class Way:
    """A proxy from one server to another; while it is cut, everything is taken and nothing arrives."""

    def __init__(self, network, destination):
        self.network, self.destination = network, destination
        self.is_cut = False
        self.writers = set()
        self.port = None

    async def open(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def accept(self, reader, writer):
        self.writers.add(writer)
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.network.places[self.destination])
        except (OSError, KeyError):
            writer.close()
            return
        self.writers.add(there_writer)
        await asyncio.gather(self.forward(reader, there_writer), self.forward(there_reader, writer))
        self.writers -= {writer, there_writer}

    async def forward(self, reader, writer):
        try:
            while data := await reader.read(65536):
                while self.is_cut:
                    await asyncio.sleep(0.05)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def heal(self):
        """What was under way is lost: who comes again, comes by a new connection."""
        for writer in list(self.writers):
            writer.transport.abort()
        self.is_cut = False


class View:
    """What the world looks like to one server: a name server, a well-known document, and the ways to the others."""

    def __init__(self, network, name, number):
        self.network, self.name = network, name
        self.web = f"127.0.1.{number}"
        self.ways = {}
        self.asked = set()
        self.dns = None

    async def open(self):
        for name in self.network.names:
            if name != self.name:
                self.ways[name] = Way(self.network, name)
                await self.ways[name].open()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: NameServer(self), local_addr=("127.0.0.1", 0))
        self.dns = transport.get_extra_info("sockname")[1]
        if "wk.test" in self.ways:
            try:
                await asyncio.start_server(self.document, self.web, 443, ssl=self.network.identity)
            except PermissionError:
                raise SystemExit(f"port 443 of {self.web} may not be used: set the system's "
                                 "net.ipv4.ip_unprivileged_port_start to 443") from None

    def answer(self, name, kind):
        """The data of the records of a name; None where there is no such name."""
        self.asked.add(name)
        if kind == SERVICE and name == "_matrix-fed._tcp.srv.test" and "srv.test" in self.ways:
            # The first has nothing behind it: the second has to be tried.
            return [service(0, 9, "node.srv.test"), service(10, self.ways["srv.test"].port, "node.srv.test")]
        hosts = {"node.srv.test": "127.0.0.1", "node.wk.test": "127.0.0.1", "map.test": "127.0.0.1", "wk.test": self.web}
        if name not in hosts:
            return None
        return [bytes(int(part) for part in hosts[name].split("."))] if kind == ADDRESS else []

    async def document(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ")[1].decode()
            if target == "/.well-known/matrix/server":
                # As many have it: the document is elsewhere.
                extra, status, body = "Location: /delegated.json\r\n", "302 Found", b""
            elif target == "/delegated.json":
                self.network.documents += 1
                body = json.dumps({"m.server": f"node.wk.test:{self.ways['wk.test'].port}"}).encode()
                extra, status = "Cache-Control: max-age=600\r\n", "200 OK"
            else:
                extra, status, body = "", "404 Not Found", b""
            writer.write(f"HTTP/1.1 {status}\r\n{extra}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
            writer.write(body)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, IndexError):
            pass
        finally:
            writer.close()


class NameServer(asyncio.DatagramProtocol):
    """RFC 1035, 4.1, as far as a stub needs it."""

    def __init__(self, view):
        self.view = view

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        question = data[12:at + 5]
        kind = struct.unpack("!H", data[at + 1:at + 3])[0]
        found = self.view.answer(".".join(labels).lower(), kind)
        records = found or []
        answer = data[:2] + struct.pack("!HHHHH", 0x8183 if found is None else 0x8180, 1, len(records), 0, 0) + question
        for record in records:
            answer += struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(record)) + record
        self.transport.sendto(answer, address)


def service(priority, port, target):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in target.split("."))
    return struct.pack("!HHH", priority, 0, port) + labels + b"\0"


class Network:
    """All of it, in a thread of its own."""

    def __init__(self, names, authority):
        self.names = names
        self.places = {}
        self.documents = 0
        self.identity = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.identity.load_cert_chain(*authority.issue("wk.test"))
        self.views = {name: View(self, name, number + 1) for number, name in enumerate(names)}
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        for view in self.views.values():
            self.run(view.open())

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def place(self, name, port):
        """Where a server listens from now on."""
        self.places[name] = port

    def ways_of(self, name):
        return [way for view in self.views.values() for way in view.ways.values()
                if name in (view.name, way.destination)]

    def cut(self, name):
        """Neither to a server nor from it."""
        for way in self.ways_of(name):
            way.is_cut = True

    def heal(self, name):
        for way in self.ways_of(name):
            self.loop.call_soon_threadsafe(way.heal)
