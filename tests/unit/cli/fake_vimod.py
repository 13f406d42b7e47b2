# SPDX-License-Identifier: GPL-2.0-or-later
"""fake_vimod.py - vimod as vimoctl sees it, played by a test."""
import json
import os
import socket
import threading


class Vimod:
    """Answers vimoctl from a table of methods; keeps the calls. A function as an answer gets the parameters; a list is a stream
    of replies, after which the connection ends."""

    def __init__(self, directory, answers):
        self.path, self.answers, self.calls = directory + "/vimod.sock", answers, []
        self.listen()

    def listen(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(8)
        self.clients = []
        threading.Thread(target=self.accept, args=(self.socket,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            self.clients.append(client)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        received = b""
        while True:
            try:
                part = client.recv(65536)
            except OSError:
                return
            if not part:
                return
            received += part
            while b"\0" in received:
                message, received = received.split(b"\0", 1)
                if not self.answer(client, json.loads(message)):
                    client.shutdown(socket.SHUT_RDWR)
                    return

    def answer(self, client, call):
        method, parameters = call["method"].rsplit(".", 1)[1], call.get("parameters", {})
        self.calls.append((method, parameters))
        answer = self.answers.get(method, {})
        if callable(answer):
            answer = answer(parameters)
        replies = answer if isinstance(answer, list) else [answer]
        for reply in replies:
            frame = {"error": reply.pop("error"), "parameters": reply} if "error" in reply else {"parameters": reply}
            client.sendall(json.dumps(frame).encode() + b"\0")
        return replies is not answer

    def restart(self):
        os.unlink(self.path)
        for one in [self.socket, *self.clients]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self.listen()
