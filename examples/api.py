#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""api.py - a client of vimod's API with nothing but Python.

    api.py list     the guests and their states
    api.py watch    the same, then each change as it happens, until Ctrl-C
"""
import json
import os
import socket
import sys


class Failed(Exception):
    """An error reply: its name and its parameters."""


class Vimod:
    def __init__(self, path=os.environ.get("VIMO_SOCKET", "/run/vimo/vimod.sock")):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.replies = self.socket.makefile("rb")

    def send(self, method, parameters, **flags):
        call = {"method": method, "parameters": parameters, **flags}
        self.socket.sendall(json.dumps(call).encode() + b"\0")

    def receive(self):
        """One reply: bytes up to a NUL."""
        message = bytearray()
        while (byte := self.replies.read(1)) not in (b"\0", b""):
            message += byte
        if byte == b"":
            raise EOFError("vimod closed the connection")
        reply = json.loads(message)
        if "error" in reply:
            raise Failed(reply["error"], reply["parameters"])
        return reply["parameters"], reply.get("continues", False)

    def call(self, method, **parameters):
        self.send(method, parameters)
        return self.receive()[0]

    def stream(self, method, **parameters):
        """Each reply of a call with "more"."""
        self.send(method, parameters, more=True)
        continues = True
        while continues:
            reply, continues = self.receive()
            yield reply


def show(guest):
    print(guest["name"], guest["state"], flush=True)


def main():
    vimod = Vimod()
    if sys.argv[1:] == ["list"]:
        for guest in vimod.call("io.vimo.Domains.List", all=True)["guests"]:
            show(guest)
    elif sys.argv[1:] == ["watch"]:
        # The first reply has all guests, each later one an event: nothing is lost between.
        for reply in vimod.stream("io.vimo.Events.Monitor"):
            for guest in reply.get("guests", []):
                show(guest)
            if "event" in reply:
                print(reply["sequence"], reply["event"]["kind"], end=" ")
                show(reply["event"]["guest"])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit("%s: %s" % (error.args[0], error.args[1].get("message", "")))
    except KeyboardInterrupt:
        pass
