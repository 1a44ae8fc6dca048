#!/usr/bin/env python3
"""A toy telephony world: callers and phones that do what they are told, behind the contract of adapters.

    toy.py                        speaks over standard input and output
    toy.py --socket PATH          connects to a Unix socket, again and again
    toy.py --websocket URL        the same by WebSocket, with the token of SAMBUNG_ADAPTER_TOKEN
    toy.py --pcm                  sends and takes samples (by WebSocket); `speak` and, with --tones, keys are sound
    toy.py --ear FILE             what its first leg hears, as samples
    toy.py --keys FILE            the keys that it is told to press
    toy.py --state FILE           keeps its calls in a file: one that was killed comes back with them
    toy.py --call STEPS           plays one caller when it is welcomed: `press 1 at 5`, `say words at 6`, `talk 440 at 7` …, `;` between
    toy.py --then STEPS           the same for one who came back with a call
    toy.py --agent USER           has a phone of that name, which is answered; --voice HERTZ speaks then, --echo says what it hears,
                                  --press KEY presses one after 2 s, --hold SECONDS holds after them for 2 s, --leave SECONDS hangs up after them
    toy.py --fault NAME           does one thing wrong, so that a check can find it

A prompt lasts 14 characters a second, `--speed N` times as fast.
"""
import argparse, base64, json, math, os, select, socket, struct, sys, time

HEARTBEAT = 5.0
TONES = {key: (row, column) for row, keys in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"))
         for column, key in zip((1209, 1336, 1477, 1633), keys)}


class Toy:
    def __init__(self, options):
        self.options = options
        self.fault = options.fault
        self.session = "toy-%d-%d" % (os.getpid(), time.monotonic_ns())
        self.seq, self.ack, self.unacked = 0, 0, []
        self.calls, self.number, self.draining = {}, 0, False
        self.timers, self.masked_keys = [], []
        self.write = None
        self.played = False
        self.load()

    # --- the link -------------------------------------------------------------------------------------------------

    def now_us(self):
        return time.monotonic_ns() // 1000

    def send(self, message):
        if self.write is None:
            return
        try:
            self.write((json.dumps(message) + "\n").encode())
        except OSError:
            self.write = None

    def tell(self, event, leg=None, **fields):
        self.seq += 1
        message = {"seq": self.seq, "ack": self.ack, "at_us": self.now_us(), "event": event}
        if leg is not None:
            message["leg"] = leg
            if leg in self.calls:
                message["call"] = self.calls[leg]["call"]
        message.update(fields)
        if self.fault == "no_seq" and event == "digit":
            del message["seq"]
        if self.fault == "seq_gap" and event == "answered":
            self.seq += 1
            message["seq"] = self.seq
        if self.fault == "no_time":
            del message["at_us"]
        self.unacked.append(message)
        self.send(message)
        if self.fault == "oversize" and event == "digit":
            self.send({"event": "heartbeat", "padding": "x" * 70000})

    def hello(self):
        calls = {}
        for leg, known in self.calls.items():
            calls.setdefault(known["call"], []).append(leg)
        if self.fault == "forgets_calls":
            calls = {}
        self.send({
            "event": "hello", "contract": 2 if self.fault == "contract" else 1, "at_us": self.now_us(),
            "ack": self.ack, "session": self.session,
            "capabilities": {
                "media": "pcm" if self.options.pcm else "none",
                "digit_sources": ["in_band" if self.options.tones else "simulated"], "speech": True, "record": True, "dial": True,
                "bridge": True, "transfer": False, "send_digits": True, "headers": False, "mask": True,
                "simulate": True, "max_calls": 50,
            },
            "calls": [{"call": call, "legs": legs} for call, legs in calls.items()],
        })

    def heartbeat(self):
        if self.fault != "no_heartbeat":
            self.send({"event": "heartbeat", "at_us": self.now_us(), "ack": self.ack})
        self.after(HEARTBEAT, self.heartbeat)

    def after(self, seconds, action):
        self.at(time.monotonic() + seconds, action)

    def at(self, moment, action):
        self.timers.append((moment, action))

    def run_timers(self):
        now = time.monotonic()
        due = sorted((t for t in self.timers if t[0] <= now), key=lambda t: t[0])
        self.timers = [t for t in self.timers if t[0] > now]
        for _, action in due:
            action()

    # --- what is kept over a fall ---------------------------------------------------------------------------------

    def load(self):
        if self.options.state and os.path.exists(self.options.state):
            with open(self.options.state) as file:
                kept = json.load(file)
            self.calls, self.number = kept["calls"], kept["number"]
            for known in self.calls.values():
                known["plays"], known["record"] = [], None

    def keep(self):
        if self.options.state:
            with open(self.options.state + ".new", "w") as file:
                json.dump({"calls": self.calls, "number": self.number}, file)
            os.replace(self.options.state + ".new", self.options.state)

    # --- the far side ---------------------------------------------------------------------------------------------

    def offer(self, called="100"):
        self.number += 1
        leg = "toy-%s-%d" % (self.session[-6:], self.number)
        self.calls[leg] = {"call": "call-" + leg, "answered": False, "plays": [], "masked": False, "record": None}
        self.keep()
        fields = {}
        if self.options.pcm:
            self.calls[leg]["audio"] = self.number if self.fault != "same_audio" else 1
            fields["audio"] = self.calls[leg]["audio"]
        self.tell("offered", leg, called=called, caller="+628110000%d" % self.number, trunk="toy-trunk",
                  headers={"Diversion": "<sip:+6215550199@toy>;reason=no-answer"}, **fields)
        return leg

    def press(self, leg, symbol):
        known = self.calls.get(leg)
        if not known:
            return
        if self.options.tones:
            return self.speak(leg, TONES[symbol], 0.1)
        if known["masked"] and self.fault == "leaks_keys":
            sys.stderr.write("key %s\n" % symbol)
            sys.stderr.flush()
        plays = known["plays"]
        stopped = []
        while plays and symbol in plays[0]["stop_on"] and self.fault != "ignores_stop_on":
            stopped.append(plays.pop(0))
        if self.fault != "late_digit":
            self.tell("digit", leg, symbol=symbol, source="simulated", pressed_at_us=self.now_us())
        for play in stopped:
            self.play_over(leg, play, "stopped")
        if self.fault == "late_digit":
            self.tell("digit", leg, symbol=symbol, source="simulated", pressed_at_us=self.now_us())
        if known["record"] and symbol in known["record"]["end_on"]:
            self.record_over(leg, "key")
        if stopped:
            self.next_play(leg)

    def say(self, leg, text):
        known = self.calls.get(leg)
        if not known or not known.get("listens") and self.fault != "listens_for_ever" or self.fault == "deaf":
            return
        began = self.now_us()
        self.tell("speech_started", leg)
        self.tell("said", leg, text=text, confidence=0.9, final=True, started_at_us=began)
        self.tell("speech_ended", leg)

    # --- sound ----------------------------------------------------------------------------------------------------

    def speak(self, leg, tones, seconds):
        """Sound and then a little silence, a frame each 20 ms."""
        frames = int(seconds * 50)

        def frame(number, due):
            known = self.calls.get(leg)
            if not known or self.sound is None:
                return
            at = known.setdefault("said", 0)
            loud = number < frames
            known["said"] = at + 160 if self.fault != "frames_run_back" else max(0, 8000 - at)
            samples = [int(6000 * sum(math.sin(2 * math.pi * hertz * (at + n) / 8000) for hertz in tones)) if loud else 0
                       for n in range(160 if self.fault != "short_frames" else 150)]
            self.sound(struct.pack("<II%dh" % len(samples), known["audio"], at, *samples))
            if number < frames + 10:
                self.at(due + 0.02 if self.fault != "bursts" else 0, lambda: frame(number + 1, due + 0.02))

        frame(0, time.monotonic())

    def hear(self, data):
        """A frame of the node."""
        if self.fault == "dies_of_noise" and len(data) != 328:
            os._exit(5)
        number = struct.unpack("<I", data[:4])[0] if len(data) == 328 else 0
        if self.options.echo and number:
            self.echoed += 160
            self.sound(struct.pack("<II", number, self.echoed) + data[8:])
        if self.options.ear and (number == 1 or number >= 1 << 31):
            with open(self.options.ear, "ab") as file:
                file.write(data[8:])

    def end(self, leg, by, cause):
        known = self.calls.get(leg)
        if not known:
            return
        if self.fault != "plays_outlive":
            for play in known["plays"]:
                self.play_over(leg, play, "stopped")
        if known["record"]:
            self.record_over(leg, "hangup")
        other = known.get("bridged")
        if other in self.calls:
            self.calls[other]["bridged"] = None
            self.tell("unbridged", other)
        self.tell("ended", leg, by=by, cause=cause)
        if self.fault == "ends_twice":
            self.tell("ended", leg, by=by, cause=cause)
        if self.fault == "speaks_after_end":
            self.tell("digit", leg, symbol="1", source="simulated")
        del self.calls[leg]
        self.keep()

    def play_over(self, leg, play, reason):
        heard = int((time.monotonic() - play["began"]) * 1000) if play["began"] else 0
        self.tell("play_ended", leg, play=play["play"], reason=reason, heard_ms=heard, last_audible_at_us=self.now_us())
        if self.fault == "play_ends_twice":
            self.tell("play_ended", leg, play=play["play"], reason=reason, heard_ms=heard)

    def next_play(self, leg):
        known = self.calls.get(leg)
        if not known or not known["plays"] or known["plays"][0]["began"]:
            return
        play = known["plays"][0]
        play["began"] = time.monotonic()
        if play["repeat"] and self.fault != "music_ends":
            return
        length = sum(len(item.get("text", "")) for item in play["items"]) / 14.0 / self.options.speed

        def over():
            if play in known["plays"] and leg in self.calls and self.fault != "play_never_ends":
                known["plays"].remove(play)
                self.play_over(leg, play, "finished")
                self.next_play(leg)

        self.after(length, over)

    def record_over(self, leg, reason):
        record = self.calls[leg]["record"]
        self.calls[leg]["record"] = None
        length = int((time.monotonic() - record["began"]) * 1000)
        if self.fault != "record_never_ends":
            self.tell("record_ended", leg, record=record["record"], reason=reason, length_ms=length)

    def script(self):
        """One caller, as `--call` says: `press 1 at 2; hangup at 9`, seconds from the welcome."""
        if self.played:
            return
        back = next(iter(self.calls), None)
        steps = self.options.then if back else self.options.call
        if steps is None:
            return
        self.played = True
        leg = back or self.offer()
        for step in filter(None, (part.strip() for part in steps.split(";"))):
            words = step.split()
            at = float(words[-1])
            if words[0] == "press":
                self.after(at, lambda key=words[1]: self.press(leg, key))
            elif words[0] == "say":
                self.after(at, lambda text=" ".join(words[1:-2]): self.say(leg, text))
            elif words[0] == "talk":
                self.after(at, lambda hertz=float(words[1]): self.speak(leg, (hertz,), 3.0))
            elif words[0] == "hangup":
                self.after(at, lambda: self.end(leg, "caller", "normal"))

    # --- commands -------------------------------------------------------------------------------------------------

    def take(self, line):
        message = json.loads(line)
        command = message.get("command")
        acked = message.get("ack")
        if acked is not None:
            self.unacked = [m for m in self.unacked if m["seq"] > acked]
        seq = message.get("seq")
        if seq is not None:
            if seq <= self.ack and self.fault != "takes_again":
                return
            self.ack = seq if self.fault != "never_acks" else 0
        if command == "welcome":
            for old in self.unacked if self.fault != "never_resends" else []:
                self.send(old)
            if self.options.agent:
                self.tell("endpoint", uri=self.options.agent, reachable=True)
            self.script()
        elif command == "drain":
            self.draining = True
        elif command not in ("heartbeat", "close"):
            self.obey(command, message)

    def answer(self, message, reason=None):
        if self.fault == "never_answers":
            return
        if reason is None or self.fault == "accepts_all":
            self.tell("accepted", id=message.get("id"))
        else:
            self.tell("rejected", id=message.get("id"), reason=reason)
        if self.fault == "answers_twice":
            self.tell("accepted", id=message.get("id"))

    def obey(self, command, message):
        do = getattr(self, "do_" + str(command), None)
        if do is None:
            return self.answer(message, "unsupported")
        leg = message.get("leg")
        if command not in ("dial", "simulate", "hangup", "stop") and leg not in self.calls:
            return self.answer(message, "unknown_leg")
        do(message, leg)

    def do_accept(self, message, leg):
        self.answer(message)
        if message["how"] == "answer":
            self.calls[leg]["answered"] = True
            self.keep()
            self.tell("answered", leg)
            if self.fault == "crashes":
                os._exit(3)

    def do_refuse(self, message, leg):
        self.answer(message)
        self.end(leg, "system", message["cause"])

    def do_hangup(self, message, leg):
        if leg not in self.calls and self.fault == "hangup_once":
            return self.answer(message, "unknown_leg")
        self.answer(message)
        if self.fault != "never_ends":
            self.end(leg, "system", message["cause"])

    def do_play(self, message, leg):
        self.answer(message)
        play = {k: message[k] for k in ("play", "items", "repeat", "stop_on")}
        play["began"] = None
        if self.fault == "no_queue":
            for old in self.calls[leg]["plays"]:
                self.play_over(leg, old, "stopped")
            self.calls[leg]["plays"] = []
        self.calls[leg]["plays"].append(play)
        self.next_play(leg)

    def do_stop(self, message, leg):
        known = self.calls.get(leg, {"plays": []})
        play = next((p for p in known["plays"] if p["play"] == message["play"]), None)
        if play is None and self.fault == "stop_once":
            return self.answer(message, "invalid")
        self.answer(message)
        if play is not None and self.fault != "ignores_stop":
            known["plays"].remove(play)
            self.play_over(leg, play, "stopped")
            self.next_play(leg)

    def do_record(self, message, leg):
        if self.calls[leg]["record"]:
            return self.answer(message, "invalid")
        self.answer(message)
        self.calls[leg]["record"] = {"record": message["record"], "end_on": message["end_on"], "began": time.monotonic()}

    def do_stop_record(self, message, leg):
        self.answer(message)
        record = self.calls[leg]["record"]
        if record and record["record"] == message["record"]:
            self.record_over(leg, "stopped")

    def do_listen(self, message, leg):
        self.answer(message)
        self.calls[leg]["listens"] = {"words": message["words"], "languages": message["languages"]}

    def do_unlisten(self, message, leg):
        self.answer(message)
        self.calls[leg]["listens"] = None

    def do_mask(self, message, leg):
        self.answer(message)
        self.calls[leg]["masked"] = message["on"]

    def do_send_digits(self, message, leg):
        self.answer(message)
        if self.options.keys:
            with open(self.options.keys, "a") as file:
                file.write(message["digits"])
        if self.fault == "hears_itself":
            self.press(leg, message["digits"][0])

    def do_dial(self, message, leg):
        self.answer(message)
        self.calls[leg] = {"call": message["call"], "answered": False, "audio": message.get("audio"), "plays": [], "masked": False, "record": None}
        self.tell("ringing", leg)
        if self.options.agent == message["to"]:
            self.after(0.2, lambda: self.pick_up(leg))

        def give_up():
            if leg in self.calls and not self.calls[leg]["answered"] and self.fault != "rings_for_ever":
                self.end(leg, "system", "no_answer")

        self.after(message["deadline_ms"] / 1000.0, give_up)

    def pick_up(self, leg):
        if leg not in self.calls:
            return
        self.calls[leg]["answered"] = True
        self.tell("answered", leg)
        if self.options.voice:
            self.speak(leg, (self.options.voice,), 60.0)
        if self.options.press:
            self.after(2.0, lambda: self.press(leg, self.options.press))
        if self.options.hold:
            self.after(self.options.hold, lambda: self.tell("held", leg))
            self.after(self.options.hold + 2.0, lambda: self.tell("resumed", leg))
        if self.options.leave:
            self.after(self.options.leave, lambda: self.end(leg, "caller", "normal"))

    def do_bridge(self, message, leg):
        a, b = message["a"], message["b"]
        if a not in self.calls or b not in self.calls:
            return self.answer(message, "unknown_leg")
        self.answer(message)
        for one, other in ((a, b), (b, a)):
            self.calls[one]["bridged"] = other
            for play in self.calls[one]["plays"]:
                self.play_over(one, play, "stopped")
            self.calls[one]["plays"] = []
            self.tell("bridged", one)

    def do_unbridge(self, message, leg):
        self.answer(message)
        other = self.calls[leg].get("bridged")
        for one in (leg, other):
            if one in self.calls:
                self.calls[one]["bridged"] = None
                self.tell("unbridged", one)

    def do_simulate(self, message, leg):
        doing = message["do"]
        self.answer(message)
        if doing == "offer":
            if not self.draining or self.fault == "offers_while_draining":
                self.offer(message.get("called", "100"))
        elif doing == "press":
            self.press(leg, message["symbol"])
        elif doing == "hangup":
            self.end(leg, "caller", "normal")
        elif doing == "answer" and leg in self.calls:
            self.calls[leg]["answered"] = True
            self.tell("answered", leg)
        elif doing == "busy":
            self.end(leg, "caller", "busy")
        elif doing == "hold":
            self.tell("held", leg)
        elif doing == "speak":
            self.speak(leg, (500, 900), 1.0)
        elif doing == "say":
            self.say(leg, message["text"])
        elif doing == "resume":
            self.tell("resumed", leg)

    # --- connections ----------------------------------------------------------------------------------------------

    def serve(self, read_fd, write, read=None):
        """`read` gives the bytes of lines that have arrived; nothing = the far side is gone."""
        self.write = write
        read = read or (lambda: os.read(read_fd, 65536))
        if self.fault != "never_greets":
            self.hello()
        buffer = b""
        while True:
            wait = min([t[0] for t in self.timers] + [time.monotonic() + 1.0]) - time.monotonic()
            readable, _, _ = select.select([read_fd], [], [], max(wait, 0))
            if readable:
                data = read()
                if not data:
                    return
                buffer += data
                while b"\n" in buffer:
                    line, buffer = buffer.split(b"\n", 1)
                    if len(line) > 65536 and self.fault == "dies_of_oversize":
                        os._exit(4)
                    self.line(line)
                if len(buffer) > 65536:
                    if self.fault == "dies_of_oversize":
                        os._exit(4)
                    buffer = b""
                    self.skipping = True
            self.run_timers()

    skipping = False
    sound = None
    echoed = 0

    def line(self, line):
        if not line:
            return
        if self.skipping:
            self.skipping = False
            return
        if self.fault == "dies_of_junk":
            return self.take(line)
        try:
            self.take(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            pass

    def run(self):
        self.after(HEARTBEAT, self.heartbeat)
        if not self.options.socket and not self.options.websocket:
            return self.serve(0, lambda data: os.write(1, data))
        while True:
            link = None
            try:
                if self.options.websocket:
                    link = WebSocket(self.options.websocket, os.environ.get("SAMBUNG_ADAPTER_TOKEN", ""))
                    link.hear, self.sound = self.hear, lambda data: link.frame(2, data)
                    self.serve(link.fileno(), link.sendall, link.read)
                else:
                    link = socket.socket(socket.AF_UNIX)
                    link.connect(self.options.socket)
                    self.serve(link.fileno(), link.sendall)
            except OSError:
                pass
            self.write = self.sound = None
            if link:
                link.close()
            if self.fault == "never_returns":
                return
            deadline = time.monotonic() + 0.2
            while time.monotonic() < deadline:
                self.run_timers()
                time.sleep(0.02)


class WebSocket:
    """As much of RFC 6455 as a client needs that sends lines: one text message each."""

    def __init__(self, url, token):
        host, port = url.split("/")[2].rsplit(":", 1)
        self.tcp = socket.create_connection((host, int(port)), timeout=5)
        key = base64.b64encode(os.urandom(16)).decode()
        self.tcp.sendall((
            "GET / HTTP/1.1\r\nHost: %s:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer %s\r\n\r\n"
            % (host, port, key, token)).encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode())
        self.tcp.settimeout(None)

    def fileno(self):
        return self.tcp.fileno()

    def close(self):
        self.tcp.close()

    def more(self):
        data = self.tcp.recv(65536)
        if not data:
            raise ConnectionError("gone")
        self.buffer += data

    def frame(self, kind, data):
        mask = os.urandom(4)
        size = len(data)
        head = bytes([0x80 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += struct.pack(">BH", 0x80 | 126, size)
        else:
            head += struct.pack(">BQ", 0x80 | 127, size)
        whole = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")
        self.tcp.sendall(head + mask + masked)

    def sendall(self, data):
        self.frame(1, data.rstrip(b"\n"))

    def read(self):
        """The lines of whole messages that are here, after waiting for some bytes."""
        self.more()
        lines = b""
        while len(self.buffer) >= 2:
            kind, size, at = self.buffer[0] & 15, self.buffer[1] & 127, 2
            if size == 126:
                if len(self.buffer) < 4:
                    break
                size, at = struct.unpack(">H", self.buffer[2:4])[0], 4
            elif size == 127:
                if len(self.buffer) < 10:
                    break
                size, at = struct.unpack(">Q", self.buffer[2:10])[0], 10
            if len(self.buffer) < at + size:
                break
            data, self.buffer = self.buffer[at:at + size], self.buffer[at + size:]
            if kind == 2:
                self.hear(data)
            elif kind == 1:
                lines += data + b"\n"
            elif kind == 9:
                self.frame(10, data)
            elif kind == 8:
                return b""
        return lines or b"\n"


parser = argparse.ArgumentParser()
parser.add_argument("--socket")
parser.add_argument("--websocket")
parser.add_argument("--pcm", action="store_true")
parser.add_argument("--tones", action="store_true")
parser.add_argument("--ear")
parser.add_argument("--keys")
parser.add_argument("--state")
parser.add_argument("--call")
parser.add_argument("--then")
parser.add_argument("--agent")
parser.add_argument("--voice", type=float)
parser.add_argument("--echo", action="store_true")
parser.add_argument("--press")
parser.add_argument("--hold", type=float)
parser.add_argument("--leave", type=float)
parser.add_argument("--fault")
parser.add_argument("--speed", type=float, default=1.0)
Toy(parser.parse_args()).run()
