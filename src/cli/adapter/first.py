    #!/usr/bin/env python3
    """Whoever connects to TCP port 7000 calls: prompts are shown as text, keys are typed, a full stop hangs up."""
    import json, os, select, socket, sys, time

    seq = ack = number = 0
    calls, timers, draining = {}, [], False          # calls: the leg's name → its socket, its plays, who is masked

    def send(event, **fields):
        now = time.monotonic_ns() // 1000
        print(json.dumps({"ack": ack, "at_us": now, "event": event, **fields}), flush=True)

    def tell(event, leg=None, **fields):             # every message but `hello` and `heartbeat` has a number
        global seq
        seq += 1
        about = {"call": leg, "leg": leg} if leg else {}
        send(event, seq=seq, **about, **fields)

    def later(seconds, action):
        timers.append((time.monotonic() + seconds, action))

    def offer(tcp=None, called="100"):
        global number
        number += 1
        leg = "tcp-%d" % number
        calls[leg] = {"tcp": tcp, "plays": []}
        tell("offered", leg, called=called)
        return leg

    def end(leg, by, cause):
        while calls[leg]["plays"]:
            play_over(leg, calls[leg]["plays"][0], "stopped", follow=False)
        tcp = calls.pop(leg)["tcp"]
        if tcp:
            tcp.close()
        tell("ended", leg, by=by, cause=cause)       # the last word about a leg

    def play_over(leg, play, reason, follow=True):   # each play ends once, whatever comes first
        if leg in calls and play in calls[leg]["plays"]:
            calls[leg]["plays"].remove(play)
            tell("play_ended", leg, play=play["play"], reason=reason)
            if follow and calls[leg]["plays"]:
                begin(leg, calls[leg]["plays"][0])

    def begin(leg, play):                            # the first of a leg's plays; the others wait
        if not play.get("begun"):
            play["begun"] = True
            text = " ".join(item.get("text", "") for item in play["items"])
            if calls[leg]["tcp"]:
                calls[leg]["tcp"].sendall(text.encode() + b"\r\n")
            if not play.get("repeat"):
                later(len(text) / 14, lambda: play_over(leg, play, "finished"))

    def press(leg, key):
        tell("digit", leg, symbol=key, source="simulated")
        while leg in calls and calls[leg]["plays"] and key in calls[leg]["plays"][0].get("stop_on", ""):
            play_over(leg, calls[leg]["plays"][0], "stopped")

    def obey(command, leg, m):                       # what is wrong with it, or nothing
        if command == "simulate" and m["do"] == "offer":
            if not draining:
                later(0, lambda: offer(called=m.get("called", "100")))
        elif command not in ("accept", "refuse", "hangup", "play", "stop", "simulate"):
            return "unsupported"
        elif leg not in calls:
            return None if command in ("hangup", "stop") else "unknown_leg"
        elif command == "accept" and m["how"] == "answer":
            later(0, lambda: tell("answered", leg))
        elif command in ("refuse", "hangup"):
            later(0, lambda: leg in calls and end(leg, "system", m["cause"]))
        elif command == "play":
            calls[leg]["plays"].append(m)
            begin(leg, calls[leg]["plays"][0])
        elif command == "stop":
            for play in [p for p in calls[leg]["plays"] if p["play"] == m["play"]]:
                later(0, lambda: play_over(leg, play, "stopped"))
        elif command == "simulate" and m["do"] == "press":
            later(0, lambda: leg in calls and press(leg, m["symbol"]))
        elif command == "simulate" and m["do"] == "hangup":
            later(0, lambda: leg in calls and end(leg, "caller", "normal"))
        elif command == "simulate":
            return "unsupported"

    def hear(line):
        global ack, draining
        try:
            m = json.loads(line)
            command = m["command"]
        except (ValueError, KeyError, TypeError):
            return                                   # noise does no harm
        if command == "drain":
            draining = True
        if "seq" not in m or m["seq"] <= ack:
            return                                   # a sign of life, or a message that was seen
        ack = m["seq"]
        wrong = obey(command, m.get("leg"), m)
        if wrong:
            tell("rejected", id=m.get("id"), reason=wrong)
        else:
            tell("accepted", id=m.get("id"))

    def beat():
        send("heartbeat")
        later(5, beat)

    door = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "7000"))))
    send("hello", contract=1, session="first-%d" % time.time_ns(), calls=[],
         capabilities={"media": "none", "digit_sources": ["simulated"], "simulate": True, "max_calls": 50})
    later(5, beat)
    buffer = b""
    while True:
        callers = {known["tcp"]: leg for leg, known in calls.items() if known["tcp"]}
        wait = min(at for at, _ in timers) - time.monotonic()
        for source in select.select([0, door, *callers], [], [], max(0, wait))[0]:
            if source == 0:
                data = os.read(0, 65536)
                if not data:
                    sys.exit()                       # the node is gone: so are we
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    hear(line)
            elif source is door:
                tcp = door.accept()[0]
                tcp.close() if draining else offer(tcp)
            elif callers[source] in calls:
                typed = source.recv(64).decode(errors="replace")
                for key in typed or ".":
                    if key == "." and callers[source] in calls:
                        end(callers[source], "caller", "normal")
                    elif key in "0123456789*#" and callers[source] in calls:
                        press(callers[source], key)
        for timer in sorted((t for t in timers if t[0] <= time.monotonic()), key=lambda t: t[0]):
            timers.remove(timer)
            timer[1]()
