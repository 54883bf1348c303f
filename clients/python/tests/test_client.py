"""Tests of the client against a running service: OPSPAWN_URL and OPSPAWN_KEY name it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import socket
import threading
import unittest
from urllib.parse import urlsplit

import opspawn
from opspawn import Opspawn

SUM = {"tool_calls": [{"name": "add_numbers", "arguments": {"a": 1, "b": 2}}]}
ASK = {"tool_calls": [{"name": "ask_human", "arguments": {"question": "Which?"}}]}


def scripted(*script: dict, **more: object) -> dict:
    """A task for the scripted model."""
    return {
        "agent_config": {"model": "local/script"},
        "input_data": {"goal": "go", "script": list(script)},
        **more,
    }


class Relay:
    """A TCP relay to the service that cuts each connection after some bytes of the response."""

    def __init__(self, url: str, cuts: list[int]) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self._cuts = cuts
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            limit = self._cuts.pop(0) if self._cuts else None
            threading.Thread(target=self._relay, args=(client, limit), daemon=True).start()

    def _relay(self, client: socket.socket, limit: int | None) -> None:
        with client, socket.create_connection(self._target) as server:
            threading.Thread(target=self._copy, args=(client, server, None), daemon=True).start()
            self._copy(server, client, limit)
            for end in (client, server):
                # A close alone does not end the other thread's recv.
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket, limit: int | None) -> None:
        sent = 0
        try:
            while data := source.recv(65536):
                data = data if limit is None else data[: limit - sent]
                sink.sendall(data)
                sent += len(data)
                if limit is not None and sent >= limit:
                    return
        except OSError:
            return


class ClientTest(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Opspawn()

    def test_runs_a_task_and_watches_each_event_once(self) -> None:
        task = self.client.run(scripted(SUM, {"text": "3"}))
        self.assertEqual((task["status"], task["result"]["answer"]), ("completed", "3"))
        events = list(self.client.watch(task["task_id"]))
        self.assertEqual([event["seq"] for event in events], list(range(1, task["last_seq"] + 1)))
        self.assertEqual(events, self.client.list_events(task["task_id"], limit=1000)["data"])
        rest = list(self.client.watch(task["task_id"], after=3))
        self.assertEqual(rest, events[3:])

    def test_resumes_a_watch_whose_connections_break(self) -> None:
        task = self.client.run(scripted(SUM, SUM, SUM, {"text": "done"}))
        relay = Relay(os.environ["OPSPAWN_URL"], [0, 900, 1500, 2200])
        self.addCleanup(relay.close)
        broken = Opspawn(url=relay.url, retry_delay=0.001)
        events = list(broken.watch(task["task_id"]))
        self.assertEqual([event["seq"] for event in events], list(range(1, task["last_seq"] + 1)))
        self.assertGreater(relay.connections, 3)

    def test_repeats_a_submission_without_a_second_task(self) -> None:
        relay = Relay(os.environ["OPSPAWN_URL"], [0])
        self.addCleanup(relay.close)
        broken = Opspawn(url=relay.url, retry_delay=0.001)
        label = os.urandom(8).hex()
        task = broken.submit_task(scripted({"text": "once"}, metadata={"label": label}))
        self.assertEqual(relay.connections, 2)
        found = list(self.client.iterate_tasks(metadata={"label": label}))
        self.assertEqual([one["task_id"] for one in found], [task["task_id"]])

    def test_iterates_over_all_pages(self) -> None:
        label = os.urandom(8).hex()
        body = scripted({"text": "ok"}, metadata={"label": label})
        outcomes = self.client.submit_batch({"tasks": [body] * 5})["data"]
        made = {one["task"]["task_id"] for one in outcomes}
        found = [one["task_id"] for one in self.client.iterate_tasks(metadata={"label": label}, limit=2)]
        self.assertEqual((len(found), set(found)), (5, made))

    def test_answers_a_question_and_deletes_the_task(self) -> None:
        task = self.client.run(scripted(ASK, {"text": "thanks"}))
        self.assertEqual(task["waiting_for"], "input")
        self.client.send_message(task["task_id"], {"content": "This one."})
        self.assertEqual(self.client.wait_for(task["task_id"])["status"], "completed")
        self.client.delete_task(task["task_id"])
        with self.assertRaises(opspawn.NotFoundError) as caught:
            self.client.get_task(task["task_id"])
        self.assertEqual(caught.exception.code, "not_found")
        self.assertTrue(caught.exception.request_id)

    def test_says_what_was_refused(self) -> None:
        with self.assertRaises(opspawn.UnprocessableEntityError) as caught:
            self.client.submit_task({"input_data": {}})
        self.assertEqual(caught.exception.errors[0]["pointer"], "/input_data/goal")
        with self.assertRaises(opspawn.AuthenticationError):
            Opspawn(key="opsk_wrong").get_task("task_x")
        with self.assertRaises(ValueError):
            Opspawn(url="localhost")
        with self.assertRaises(opspawn.APIConnectionError):
            Opspawn(url="http://127.0.0.1:9", max_retries=1, retry_delay=0.001).get_health()

    def test_verifies_webhooks(self) -> None:
        secret = "whsec_" + base64.b64encode(b"secret").decode()
        body = json.dumps({"type": "task.completed"})
        signature = hmac.new(b"secret", f"msg_1.1000.{body}".encode(), hashlib.sha256).digest()
        headers = {
            "Webhook-Id": "msg_1",
            "Webhook-Timestamp": "1000",
            "Webhook-Signature": f"v1,AAAA v1,{base64.b64encode(signature).decode()}",
        }
        event = opspawn.unwrap_webhook(body, headers, secret, now=1100)
        self.assertEqual(event["type"], "task.completed")
        for body_, now in ((body + " ", 1100), (body, 1301), (body, 600)):
            with self.assertRaises(opspawn.WebhookVerificationError):
                opspawn.unwrap_webhook(body_, headers, secret, now=now)
        with self.assertRaises(opspawn.WebhookVerificationError):
            opspawn.unwrap_webhook(body, {}, secret)


if __name__ == "__main__":
    unittest.main()
