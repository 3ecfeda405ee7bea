"""What stands before the emulated API on the base URL: it names the API in Host, serves the inbox and passes all else on.

Bytes go through as they came: a raw query, two Set-Cookie headers and a redirect reach the other side unchanged. Each
connection carries one request, so that nothing but the two heads has to be understood.
"""

import asyncio
import contextlib
import json
import socket
import urllib.parse

import inbox

HEAD_LIMIT = 1 << 20
END_OF_HEAD = b"\r\n\r\n"
REFUSED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close" + END_OF_HEAD


class FrontDoor:
    """A listener on loopback; the API it stands before is named once it is deployed."""

    def __init__(self, port: int) -> None:
        first = _listen(socket.AF_INET, "127.0.0.1", port)
        self.port: int = first.getsockname()[1]
        self._sockets = [first]
        # `localhost` may mean either address. A machine without IPv6 has one.
        with contextlib.suppress(OSError):
            self._sockets.append(_listen(socket.AF_INET6, "::1", self.port))
        self.base_url = f"http://localhost:{self.port}"
        self.inbox_url = f"{self.base_url}/inbox"

    async def serve(self, aws_port: int, api_id: str) -> None:
        """Answers until cancelled."""
        self._aws_port = aws_port
        self._host = f"{api_id}.execute-api.localhost:{aws_port}".encode()
        servers = [
            await asyncio.start_server(self._answer, sock=listener, limit=HEAD_LIMIT) for listener in self._sockets
        ]
        await asyncio.gather(*(server.serve_forever() for server in servers))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that goes away is its own loss.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(END_OF_HEAD)
            target = (head.split(b" ") + [b""])[1]
            path, _, query = target.partition(b"?")
            if path == b"/inbox":
                writer.write(await asyncio.to_thread(self._inbox, query))
                await writer.drain()
            else:
                await self._pass_on(head, reader, writer)
        writer.close()

    async def _pass_on(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        api_reader, api_writer = await asyncio.open_connection("127.0.0.1", self._aws_port, limit=HEAD_LIMIT)
        api_writer.write(_with_headers(head, {b"Host": self._host, b"Connection": b"close"}))
        body = asyncio.create_task(_copy(reader, api_writer))
        try:
            answer = await api_reader.readuntil(END_OF_HEAD)
            while answer.startswith(b"HTTP/1.1 100"):
                writer.write(answer)
                answer = await api_reader.readuntil(END_OF_HEAD)
            writer.write(_with_headers(answer, {b"Connection": b"close"}))
            await _copy(api_reader, writer)
        except asyncio.IncompleteReadError:
            # The emulator hangs up on what is no HTTP; API Gateway answers so.
            writer.write(REFUSED)
        finally:
            body.cancel()
            api_writer.close()

    def _inbox(self, query: bytes) -> bytes:
        mails = inbox.messages(f"http://127.0.0.1:{self._aws_port}")
        if b"json" in urllib.parse.parse_qs(query).get(b"format", []):
            kind, text = b"application/json", json.dumps(mails)
        else:
            kind, text = b"text/plain; charset=utf-8", inbox.as_text(mails)
        body = text.encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
            kind, len(body), body,
        )


def _listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _with_headers(head: bytes, headers: dict[bytes, bytes]) -> bytes:
    """The head with these headers in place of its own; every other byte stays."""
    replaced = {name.lower() for name in headers}
    first, *lines = head.removesuffix(END_OF_HEAD).split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in replaced]
    added = [b"%s: %s" % header for header in headers.items()]
    return b"\r\n".join([first, *added, *kept]) + END_OF_HEAD


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(1 << 16):
        writer.write(chunk)
        await writer.drain()
