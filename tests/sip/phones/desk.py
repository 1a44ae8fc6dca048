"""A caller and two agents on telephones of pjsua2: SCENARIO SERVER PASSWORD_201 PASSWORD_202 SIP_PORT RTP_PORT.

Sari (201) takes the caller and hands them over as the scenario says. Prints one line for each thing that is found
and ends with 0 if all of it is as it should be. Everything happens on loopback.
"""

import sys
import time

import pjsua2 as pj

SCENARIO, SERVER, *PASSWORDS, SIP_PORT, RTP_PORT = sys.argv[1:]
PATIENCE = 10.0
endpoint = pj.Endpoint()


class Phone(pj.Call):
    """One call of one telephone."""

    def __init__(self, line, call_id=pj.PJSUA_INVALID_ID):
        super().__init__(line, call_id)
        self.transfers = []

    def onCallTransferStatus(self, prm):
        self.transfers.append(prm.statusCode)

    def state(self):
        return self.getInfo().state if self.isActive() else pj.PJSIP_INV_STATE_DISCONNECTED

    def talks(self):
        return self.state() == pj.PJSIP_INV_STATE_CONFIRMED

    def packets(self):
        """How many packets of sound have arrived."""
        return self.getStreamStat(0).rtcp.rxStat.pkt if self.talks() else 0


class Line(pj.Account):
    """One person, who takes every call that comes, or answers it otherwise."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.answer = 200

    def onIncomingCall(self, prm):
        call = Phone(self, prm.callId)
        self.calls.append(call)
        answer = pj.CallOpParam()
        answer.statusCode = self.answer
        call.answer(answer)


def until(what, condition, patience=PATIENCE):
    """Waits for something to be so."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"FAILED: {what}")
        endpoint.libHandleEvents(20)
    print(f"ok: {what}", flush=True)


def pause(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        endpoint.libHandleEvents(20)


def line(user, password=None):
    config = pj.AccountConfig()
    config.idUri = f"sip:{user}@{SERVER}"
    config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
    config.mediaConfig.transportConfig.port = int(RTP_PORT)
    config.mediaConfig.transportConfig.portRange = 40
    if password:
        config.regConfig.registrarUri = f"sip:{SERVER}"
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
    person = Line()
    person.create(config)
    if password:
        until(f"{user} is registered", lambda: person.getInfo().regStatus == 200)
    return person


def dial(person, number):
    call = Phone(person)
    call.makeCall(f"sip:{number}@{SERVER}", pj.CallOpParam(True))
    person.calls.append(call)
    return call


def hears(name, call):
    """Sound arrives, now."""
    before = call.packets()
    until(f"{name} hears sound", lambda: call.packets() > before + 20)


def play():
    caller_line, sari = line("caller"), line("201", PASSWORDS[0])
    caller = dial(caller_line, "100")
    until("the caller is answered", caller.talks)
    pause(1.0)
    caller.dialDtmf("0")
    until("sari takes the caller", lambda: sari.calls and sari.calls[0].talks())
    talk = sari.calls[0]
    pause(1.0)
    budi = line("202", PASSWORDS[1])

    if SCENARIO == "caller":
        caller.xfer(f"sip:202@{SERVER}", pj.CallOpParam())
        until("a caller may not refer", lambda: caller.transfers[-1:] == [403])
    elif SCENARIO == "refused":
        talk.xfer(f"sip:+1900555@{SERVER}", pj.CallOpParam())
        until("nobody is sent there", lambda: talk.transfers[-1:] == [403])
    elif SCENARIO == "blind":
        talk.xfer(f"sip:202@{SERVER}", pj.CallOpParam())
    elif SCENARIO == "attended":
        talk.setHold(pj.CallOpParam(True))
        pause(1.0)
        asking = dial(sari, "202")
        until("budi answers sari", lambda: asking.talks() and budi.calls and budi.calls[0].talks())
        hears("sari", asking)
        talk.xferReplaces(asking, pj.CallOpParam())
        until("sari is let go of both", lambda: not talk.isActive() and not asking.isActive())
    elif SCENARIO == "declined":
        budi.answer = 603
        talk.setHold(pj.CallOpParam(True))
        pause(1.0)
        asking = dial(sari, "202")
        until("budi declines", lambda: not asking.isActive() and bool(budi.calls))
        budi.calls.clear()
        back = pj.CallOpParam(True)
        back.opt.flag = pj.PJSUA_CALL_UNHOLD
        talk.reinvite(back)
        pause(0.5)
    else:
        raise SystemExit(f"no scenario {SCENARIO}")

    if SCENARIO in ("blind", "attended"):
        until("the transfer is done", lambda: talk.transfers[-1:] == [200])
        until("sari is let go", lambda: not talk.isActive())
        until("budi has the caller", lambda: budi.calls and budi.calls[0].talks())
        hears("budi", budi.calls[0])
    else:
        until("sari keeps the caller", talk.talks)
        hears("sari", talk)
    hears("the caller", caller)
    pause(1.0)
    caller.hangup(pj.CallOpParam(True))
    everybody = sari.calls + budi.calls + caller_line.calls
    until("everybody is gone", lambda: not any(call.isActive() for call in everybody))
    for person in (caller_line, sari, budi):
        person.calls.clear()
        person.shutdown()


def main():
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 1
    config.medConfig.noVad = True
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    transport.port = int(SIP_PORT)
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    try:
        play()
    finally:
        endpoint.libDestroy()


main()
