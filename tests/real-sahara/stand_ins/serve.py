"""HTTP in front of services that are plain objects: their methods say by `route` what they answer."""
import json
import re
import traceback
from collections import namedtuple
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, unquote, urlsplit

# What a request says beside its path: lists of values by their names, and what its JSON means.
Request = namedtuple("Request", ["query", "body"])


class Refused(Exception):
    """A request cannot be answered as it wishes."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def route(method, path, status=200):
    """Marks what answers such requests, and with which status when it returns.

    It takes the request and, by their names, the parts of the path that are written as `{name}`. What it returns
    becomes JSON; there is no body when that is `None`.
    """

    def mark(handler):
        handler.route = (method, path, status)
        return handler

    return mark


def find(things, key, kind):
    """One of the things that a service has, by what a request calls it."""
    if key not in things:
        raise Refused(404, f"there is no {kind} {key}")
    return things[key]


class Router:
    """Finds who answers a request.

    Answers are made one at a time, and are bytes before the next one is begun: services need not think of threads.
    """

    def __init__(self, services):
        self.lock = Lock()
        self.routes = []
        for prefix, service in services.items():
            for name, function in vars(type(service)).items():
                if hasattr(function, "route"):
                    method, path, status = function.route
                    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(prefix + path))
                    self.routes.append((method, re.compile(pattern), status, getattr(service, name)))

    def answer(self, method, target, body):
        """The status and the bytes of the answer to a request."""
        try:
            with self.lock:
                status, answer = self.call(method, urlsplit(target), body)
                return status, b"" if answer is None else json.dumps(answer).encode()
        except Refused as refused:
            return fault(refused.status, str(refused))
        except Exception as error:
            traceback.print_exc()
            return fault(500, repr(error))

    def call(self, method, url, body):
        for wanted, pattern, status, handler in self.routes:
            match = pattern.fullmatch(url.path)
            if match and method == wanted:
                request = Request(parse_qs(url.query), json.loads(body) if body else None)
                parts = {name: unquote(part) for name, part in match.groupdict().items()}
                return status, handler(request, **parts)
        raise Refused(404, f"nothing answers {method} {url.path}")


def fault(status, message):
    """The clients of all five services find the message in a fault of Heat's form."""
    return status, json.dumps({"error": {"code": status, "message": message}}).encode()


def serve(port, services):
    """Serves services, by the beginnings of their paths, until the process ends."""
    router = Router(services)

    class Handler(BaseHTTPRequestHandler):
        # Sahara keeps connections.
        protocol_version = "HTTP/1.1"
        # Headers and bodies leave together: a body of its own can wait 40 ms for the reader to acknowledge the headers.
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle_request(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = router.answer(self.command, self.path, body)
            self.send_response(status)
            if status != HTTPStatus.NO_CONTENT:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
