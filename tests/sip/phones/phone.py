"""One telephone of pjsua2 that does what standard input says: SIP_PORT RTP_PORT FOLDER OPTION….

It speaks FOLDER/voice.wav, records what it hears in its call as FOLDER/heard.wav, and prints one line for each thing
that happens. Options: `user=201 password=… registrar=HOST:PORT`, `srtp` (talks by SRTP alone), `mute-events` (offers no
telephone-events). Commands: `dial ADDRESS`, `keys 12` (RFC 4733), `info 12`, `tones 12`, `hold`, `resume`, `hangup`.
"""

import os
import select
import sys
import time
import wave

import pjsua2 as pj

SIP_PORT, RTP_PORT, FOLDER, *OPTIONS = sys.argv[1:]
SETTINGS = dict(option.partition("=")[::2] for option in OPTIONS)
RTP_PORTS = 20
RATE = 8000
endpoint = pj.Endpoint()


def say(*words):
    print(*words, flush=True)


def written(path):
    """Whether a recording is complete: its header tells how long it is."""
    try:
        with wave.open(path) as recording:
            return recording.getnframes() > 0
    except (wave.Error, EOFError):
        return False


def without_events(sdp):
    """The description without telephone-events."""
    lines = sdp.splitlines()
    types = [line.split()[0].split(":")[1] for line in lines if "telephone-event" in line]
    kept = []
    for line in lines:
        if line.startswith("m=audio"):
            head, formats = line.split()[:3], line.split()[3:]
            line = " ".join(head + [each for each in formats if each not in types])
        if not any(line.startswith((f"a=rtpmap:{each} ", f"a=fmtp:{each} ")) for each in types):
            kept.append(line)
    return "\r\n".join(kept) + "\r\n"


class Call(pj.Call):
    """One call, with its voice and its ear."""

    def __init__(self, line, call_id=pj.PJSUA_INVALID_ID):
        super().__init__(line, call_id)
        self.voice = pj.AudioMediaPlayer()
        self.voice.createPlayer(f"{FOLDER}/voice.wav")
        self.ear = pj.AudioMediaRecorder()
        self.ear.createRecorder(f"{FOLDER}/hearing.wav")
        self.tones = None

    def onCallSdpCreated(self, prm):
        if "mute-events" in SETTINGS:
            prm.sdp.wholeSdp = without_events(prm.sdp.wholeSdp)

    def onCallState(self, prm):
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            say("talking")
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            phone.over.append((self, info.lastStatusCode))

    def onCallMediaState(self, prm):
        info = self.getInfo()
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in (
                pj.PJSUA_CALL_MEDIA_ACTIVE,
                pj.PJSUA_CALL_MEDIA_REMOTE_HOLD,
            ):
                audio = self.getAudioMedia(media.index)
                self.voice.startTransmit(audio)
                audio.startTransmit(self.ear)
                say("audio", "held" if media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD else "both")

    def onDtmfDigit(self, prm):
        say("key", prm.digit)

    def press(self, keys, method):
        prm = pj.CallSendDtmfParam()
        prm.digits, prm.method, prm.duration = keys, method, 160
        self.sendDtmf(prm)

    def whistle(self, keys):
        """Keys as tones in place of the voice."""
        audio = self.getAudioMedia(-1)
        self.voice.stopTransmit(audio)
        self.tones = pj.ToneGenerator()
        self.tones.createToneGenerator(RATE)
        self.tones.startTransmit(audio)
        digits = pj.ToneDigitVector()
        for key in keys:
            digit = pj.ToneDigit()
            digit.digit, digit.on_msec, digit.off_msec, digit.volume = key, 120, 120, 8000
            digits.append(digit)
        self.tones.playDigits(digits)


class Line(pj.Account):
    """Takes every call that comes."""

    def onRegState(self, prm):
        say("registered" if prm.code == 200 else "refused", prm.code)

    def onIncomingCall(self, prm):
        say("incoming")
        phone.call = Call(self, prm.callId)
        answer = pj.CallOpParam()
        answer.statusCode = 200
        phone.call.answer(answer)


class Phone:
    """What the commands are about."""

    def __init__(self):
        self.line = self.call = None
        self.over = []

    def obey(self, command):
        verb, _, what = command.partition(" ")
        if verb == "dial":
            self.call = Call(self.line)
            self.call.makeCall(what, pj.CallOpParam(True))
        elif verb == "keys":
            self.call.press(what, pj.PJSUA_DTMF_METHOD_RFC2833)
        elif verb == "info":
            self.call.press(what, pj.PJSUA_DTMF_METHOD_SIP_INFO)
        elif verb == "tones":
            self.call.whistle(what)
        elif verb == "hold":
            self.call.setHold(pj.CallOpParam(True))
        elif verb == "resume":
            prm = pj.CallOpParam(True)
            prm.opt.flag = pj.PJSUA_CALL_UNHOLD
            self.call.reinvite(prm)
        elif verb == "hangup":
            self.call.hangup(pj.CallOpParam(True))
        else:
            raise SystemExit(f"no command {verb}")

    def tidy(self):
        """Only a recorder that is gone has written its file, some time later."""
        while self.over:
            call, code = self.over.pop()
            call.voice = call.ear = call.tones = None
            if self.call is call:
                self.call = None
            end = time.monotonic() + 2
            while not written(f"{FOLDER}/hearing.wav") and time.monotonic() < end:
                endpoint.libHandleEvents(20)
            os.replace(f"{FOLDER}/hearing.wav", f"{FOLDER}/heard.wav")
            say("closed", code)


def line():
    config = pj.AccountConfig()
    media = config.mediaConfig
    media.transportConfig.boundAddress = "127.0.0.1"
    media.transportConfig.port = int(RTP_PORT)
    media.transportConfig.portRange = RTP_PORTS
    if "srtp" in SETTINGS:
        media.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
        media.srtpSecureSignaling = 0
    user, registrar = SETTINGS.get("user"), SETTINGS.get("registrar")
    config.idUri = f"sip:{user}@{registrar}" if user else "sip:phone@127.0.0.1"
    if user:
        config.regConfig.registrarUri = f"sip:{registrar}"
        proof = pj.AuthCredInfo("digest", "*", user, 0, SETTINGS["password"])
        config.sipConfig.authCreds.append(proof)
    person = Line()
    person.create(config)
    return person


def main():
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 1
    config.medConfig.noVad = True
    config.medConfig.clockRate = config.medConfig.sndClockRate = RATE
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    transport.port = int(SIP_PORT)
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    phone.line = line()
    say("ready")
    unread = b""
    while True:
        endpoint.libHandleEvents(20)
        phone.tidy()
        while select.select([0], [], [], 0)[0]:
            read = os.read(0, 4096)
            if not read:
                # Nobody is left to obey; pjsua2 itself ends badly where calls are live.
                os._exit(0)
            unread += read
        *commands, unread = unread.split(b"\n")
        for command in commands:
            phone.obey(command.decode())


phone = Phone()
main()
