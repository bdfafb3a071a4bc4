"""TLS: certificates that are trusted and renewed, and the way by a proxy."""

import contextlib
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import threading

from .shell import expect, serve, settled


def certificate(folder, name, hosts):
    """A certificate that vouches for itself, over the one before."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName={hosts}", "-keyout", f"{folder}/tls.key", "-out",
         f"{folder}/tls.pem"], check=True, capture_output=True)


def served_certificate(port):
    """The certificate that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=10) as way:
        with context.wrap_socket(way) as secured:
            return secured.getpeercert(binary_form=True)


def tunnel(listener, port, asked):
    """A proxy that leads every CONNECT to one port of this machine, and keeps what it was asked."""
    def pump(source, target):
        with contextlib.suppress(ConnectionError):
            while data := source.recv(65536):
                target.sendall(data)
    while True:
        try:
            way, _ = listener.accept()
        except OSError:
            return
        head = b""
        while b"\r\n\r\n" not in head:
            head += way.recv(65536)
        asked.append(head.decode().split("\r\n")[0])
        there = socket.create_connection(("127.0.0.1", port))
        way.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for ends in ((way, there), (there, way)):
            threading.Thread(target=pump, args=ends, daemon=True).start()


def encrypted(binary, folder):
    """A server with TLS: SIGHUP reads the certificate anew, and clients get there by a proxy."""
    certificate(folder, "one", "DNS:porchlight.invalid,IP:127.0.0.1")
    server = serve(binary, "tls.example", "--listen", "127.0.0.1:0", "--registration", "open", "--tls-certificate",
                   f"{folder}/tls.pem", "--tls-key", f"{folder}/tls.key")
    base, port = server.base, server.port
    token = f"{folder}/token-tls"

    def login(url, *words, **variables):
        # A name of its own each time, for an account is made once.
        login.count += 1
        return subprocess.run(
            [binary, "login", "--register", "--as", f"t{login.count}", "--homeserver", url, "--token-file", token, *words],
            input="mellon", capture_output=True, text=True, timeout=30, env={**os.environ, **variables})
    login.count = 0
    done = login(base)
    expect(done.returncode == 4 and "not trusted" in done.stderr, f"a certificate of nobody's: {done.stderr}")
    done = login(base, "--ca-file", f"{folder}/tls.pem")
    expect(done.returncode == 0, f"login --ca-file: {done.stderr}")
    done = login(base, SSL_CERT_FILE=f"{folder}/tls.pem")
    expect(done.returncode == 0, f"SSL_CERT_FILE: {done.stderr}")
    who = [binary, "who", "--homeserver", base, "--token-file", token, "--ca-file", f"{folder}/tls.pem"]
    expect(subprocess.run(who, capture_output=True).returncode == 1, "who --ca-file finds nobody, at a server it trusts")
    for variable in ("SSL_CERT_FILE", "HTTPS_PROXY"):
        done = login("https://porchlight.invalid", **{variable: "/nowhere:x"})
        expect(done.returncode == 2 and variable in done.stderr, f"{variable} that cannot be used: {done.stderr}")

    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=tunnel, args=(listener, port, asked), daemon=True).start()
        proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{listener.getsockname()[1]}", "SSL_CERT_FILE": f"{folder}/tls.pem"}
        done = login("https://porchlight.invalid:8448", **proxy)
        expect(done.returncode == 0 and asked and asked[0].startswith("CONNECT porchlight.invalid:8448 "),
               f"by the proxy: {done.stderr}{asked}")
        asked.clear()
        done = login("https://porchlight.invalid:8448", NO_PROXY="invalid", **proxy)
        expect(done.returncode == 4 and not asked, f"NO_PROXY: {done.stderr}{asked}")
        done = login(base, **proxy)
        expect(done.returncode == 0 and not asked, f"this machine needs no proxy: {done.stderr}{asked}")
    done = login("https://porchlight.invalid:8448", **{**proxy, "HTTPS_PROXY": "http://127.0.0.1:1"})
    expect(done.returncode == 4 and "by the proxy 127.0.0.1:1" in done.stderr, f"no proxy there: {done.stderr}")

    first = served_certificate(port)
    certificate(folder, "two", "IP:127.0.0.1")
    expect(served_certificate(port) == first, "a renewed certificate waits for a look at it")
    server.process.send_signal(signal.SIGHUP)
    expect(settled(lambda: served_certificate(port) != first), "SIGHUP does not reload the certificate")
    second = served_certificate(port)
    pathlib.Path(folder, "tls.pem").write_text("nonsense")
    server.process.send_signal(signal.SIGHUP)
    expect(settled(lambda: "tls.pem holds no certificate" in server.complaints()), "a bad certificate is not said")
    expect(server.process.poll() is None and served_certificate(port) == second, "a bad certificate ends the one before")
    expect(server.end() == 0, "SIGTERM ends serve with TLS with 0")
