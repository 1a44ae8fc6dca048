//! Good input of every kind, to be damaged.

use sambung::media::Recording;

macro_rules! head {
    ($method:literal, $more:literal) => {
        concat!(
            $method,
            " sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK776;rport\r\n",
            "Max-Forwards: 70\r\nFrom: \"Sari\" <sip:201@sambung>;tag=1928301774\r\nTo: <sip:100@sambung>\r\n",
            "Call-ID: a84b4c76e66710@192.0.2.9\r\nCSeq: 314159 ",
            $method,
            "\r\nContact: <sip:201@192.0.2.9:5060>\r\n",
            $more
        )
    };
}

pub(crate) const SIP: [&str; 14] = [
    head!(
        "INVITE",
        "Content-Type: application/sdp\r\nContent-Length: 131\r\n\r\nv=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n\
         c=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    ),
    head!(
        "INVITE",
        "Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\nSupported: 100rel, timer, replaces\r\n\
         Session-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\nP-Asserted-Identity: <sip:+62811@example.com>\r\n\
         Diversion: <sip:+62812@example.com>;reason=unconditional\r\nPrivacy: id\r\nContent-Length: 0\r\n\r\n"
    ),
    head!(
        "INVITE",
        "Content-Type: multipart/mixed;boundary=x\r\nContent-Length: 92\r\n\r\n--x\r\nContent-Type: application/sdp\r\n\r\n\
         v=0\r\ns=-\r\nm=audio 4000 RTP/AVP 0\r\n--x--\r\n"
    ),
    head!("REGISTER", "Expires: 300\r\nContent-Length: 0\r\n\r\n"),
    head!(
        "REGISTER",
        "Authorization: Digest username=\"201\",realm=\"sambung\",nonce=\"00\",uri=\"sip:sambung\",response=\"00\",\
         algorithm=SHA-256,cnonce=\"x\",qop=auth,nc=00000001\r\nPath: <sip:edge.example.com;lr;ob>\r\nContent-Length: 0\r\n\r\n"
    ),
    head!("OPTIONS", "Accept: application/sdp\r\nContent-Length: 0\r\n\r\n"),
    head!(
        "CANCEL",
        "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\nContent-Length: 0\r\n\r\n"
    ),
    head!("BYE", "Reason: Q.850;cause=16\r\nContent-Length: 0\r\n\r\n"),
    head!("ACK", "Content-Length: 0\r\n\r\n"),
    head!(
        "REFER",
        "Refer-To: <sip:202@sambung?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3>\r\nContent-Length: 0\r\n\r\n"
    ),
    head!(
        "INFO",
        "Content-Type: application/dtmf-relay\r\nContent-Length: 26\r\n\r\nSignal=5\r\nDuration=160\r\n\r\n"
    ),
    head!("UPDATE", "Session-Expires: 90\r\nRequire: timer\r\nContent-Length: 0\r\n\r\n"),
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n\
     Call-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:c@[2001:db8::9]:5061;transport=tcp>\r\nContent-Length: 0\r\n\r\n",
    "INVITE sip:100@b SIP/2.0\r\nv: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKx\r\nf: sip:a@b;tag=q\r\nt: sip:c@b\r\n\
     i: 7\r\nCSeq: 1\r\n  INVITE\r\nm: <sip:a@b>\r\nl: 0\r\n\r\n",
];

pub(crate) const SDP: [&str; 4] = [
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 9 101\r\n\
     a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n",
    "v=0\r\no=x 9 9 IN IP6 2001:db8::9\r\ns=call\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 4000 RTP/AVP 111 126\r\n\
     c=IN IP6 2001:db8::9\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=maxptime:60\r\n\
     a=rtpmap:126 telephone-event/48000\r\na=rtcp-mux\r\na=rtcp:4001 IN IP4 192.0.2.9\r\na=inactive\r\n",
    "v=0\r\no=- 1 1 IN IP4 h.example\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4000/2 RTP/SAVP 0\r\n\
     a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:32\r\na=sendonly\r\n",
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=video 5000 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0\r\n\
     m=audio 4002 RTP/AVP 8\r\nc=IN IP4 192.0.2.9/127\r\n",
];

pub(crate) const RTP: [&[u8]; 4] = [
    &[0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff],
    &[0x80, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0x60, 1, 2, 3, 4, 0xff, 0x7f],
    &[
        0xb2, 0, 0, 2, 0, 0, 1, 64, 1, 2, 3, 4, 9, 9, 9, 9, 8, 8, 8, 8, 0xbe, 0xde, 0, 1, 1, 2, 3,
        4, 7, 7, 2, 2,
    ],
    &[0x90, 111, 0, 3, 0, 0, 2, 64, 1, 2, 3, 4, 0, 0, 0, 0, 0xfc, 0xff, 0xfe],
];

pub(crate) const RTCP: [&[u8]; 3] = [
    &[
        0x81, 200, 0, 12, 1, 2, 3, 4, 0xe5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 160, 0, 0, 0, 1, 0, 0, 0,
        160, 5, 6, 7, 8, 10, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 202, 0,
        3, 1, 2, 3, 4, 1, 3, b'a', b'b', b'c', 0, 0, 0,
    ],
    &[0x80, 201, 0, 1, 1, 2, 3, 4, 0x81, 203, 0, 2, 1, 2, 3, 4, 3, b'b', b'y', b'e'],
    &[
        0x81, 201, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 0, 0,
        0, 0, 0,
    ],
];

pub(crate) const KEYS: [&[u8]; 5] = [
    &[0x80, 0x80 | 101, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 5, 0x8a, 3, 0x20, 6, 10, 0, 160],
    &[
        0x80, 101, 0, 2, 0, 0, 0, 160, 1, 2, 3, 4, 5, 10, 0xff, 0xff, 5, 0x8a, 3, 0x20, 7, 10, 0,
        160,
    ],
    &[0x80, 0x80 | 101, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 5, 10, 0, 160],
    &[0x80, 101, 0, 2, 0, 0, 0, 160, 1, 2, 3, 4, 5, 0x8a, 3, 0x20],
    &[0x80, 101, 0, 3, 0, 0, 9, 160, 1, 2, 3, 4, 11, 0x80 | 0x3f, 0xff, 0xff],
];

pub(crate) const DIGEST: [&str; 3] = [
    "Digest username=\"201\", realm=\"sambung\", nonce=\"0000000000000001000000000000000100000000000000000000000000000000\", \
     uri=\"sip:sambung\", response=\"00000000000000000000000000000000\", algorithm=MD5, cnonce=\"xyz\", qop=auth, nc=00000001",
    "Digest realm=\"sambung\",username=\"a\\\"b\",nonce=\"\",uri=\"sip:201@sambung;transport=udp\",response=\"F00\",qop=\"auth\",\
     nc=ffffffff,cnonce=\"\",algorithm=SHA-256,opaque=\"x\"",
    "Basic c2FyaTprb3Bp",
];

/// WAV files of one and two channels and several widths.
pub(crate) fn wav() -> Vec<Vec<u8>> {
    let samples: Vec<i16> =
        (0..400).map(|n| (n * 80 - 16_000).try_into().expect("small")).collect();
    let ours = Recording::from_samples(8_000, &samples).to_wav();
    let mut stereo = ours.clone();
    stereo[22] = 2;
    let mut bytes = ours.clone();
    bytes[34] = 8;
    let mut long = ours.clone();
    long.splice(36..36, *b"LIST\x06\x00\x00\x00abcdef");
    vec![ours, stereo, bytes, long]
}

/// WAV files as programs write them: wide and narrow samples, laws, several channels, chunks of odd length, 64-bit and
/// big-endian files, files that are still being written.
pub(crate) fn waves() -> Vec<Vec<u8>> {
    let sound: Vec<u8> = (0..480_u16).flat_map(|n| (n * 97).to_le_bytes()).collect();
    let file = |tag: u16, channels: u16, bits: u16, promised: Option<u32>| {
        let mut bytes = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0".to_vec();
        bytes.extend([tag.to_le_bytes(), channels.to_le_bytes()].concat());
        bytes.extend([8_000_u32.to_le_bytes(), 0_u32.to_le_bytes()].concat());
        bytes.extend([0_u16.to_le_bytes(), bits.to_le_bytes()].concat());
        let length = u32::try_from(sound.len()).expect("short");
        bytes.extend([&b"data"[..], &promised.unwrap_or(length).to_le_bytes(), &sound].concat());
        bytes
    };
    let mut files = vec![file(1, 1, 8, None), file(1, 2, 24, None), file(1, 8, 32, None)];
    files.extend([file(3, 1, 32, None), file(3, 2, 64, None), file(1, 1, 12, None)]);
    files.extend([file(6, 1, 8, None), file(7, 4, 13, Some(0)), file(1, 1, 16, Some(u32::MAX))]);
    let mut odd = file(1, 1, 16, None);
    odd.splice(36..36, *b"LIST\x05\0\0\0hello\0");
    let mut long = file(1, 3, 16, Some(u32::MAX));
    long.splice(..12, *b"RF64\xff\xff\xff\xffWAVEds64\x04\0\0\0\0\0\0\0");
    let mut named = file(0xfffe, 1, 16, None);
    named[16] = 40;
    named.splice(36..36, [&[22, 0, 16, 0, 0, 0, 0, 0, 1, 0][..], &[7; 14]].concat());
    let mut big = b"RIFX\0\0\0\0WAVEfmt \0\0\0\x10\0\x01\0\x02\0\0\x1f\x40".to_vec();
    big.extend(b"\0\0\0\0\0\0\0\x10data\0\0\x03\xc0");
    big.extend(&sound);
    files.extend([odd, long, named, big]);
    files
}

/// Captures of both forms: a few packets of audio and of a key over Ethernet, IPv4 and UDP.
pub(crate) fn captures() -> Vec<Vec<u8>> {
    let packets: Vec<Vec<u8>> = (0..7_u8).map(frame).collect();
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("short");
    let mut pcap = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0];
    pcap.extend(1_u32.to_le_bytes());
    let block = |kind: u32, body: &[u8]| {
        let mut body = body.to_vec();
        body.resize(body.len().div_ceil(4) * 4, 0);
        let size = (length(&body) + 12).to_be_bytes();
        [&kind.to_be_bytes()[..], &size, &body, &size].concat()
    };
    let head = [0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
    let mut pcapng = [block(0x0a0d_0d0a, &head), block(1, &[0, 1, 0, 0, 0, 4, 0, 0])].concat();
    for (n, packet) in (0_u32..).zip(&packets) {
        for number in [1_700_000_000, n * 20_000, length(packet), length(packet)] {
            pcap.extend(number.to_le_bytes());
        }
        pcap.extend(packet);
        let size = length(packet).to_be_bytes();
        let at = [0, 6, 0, 0, 0, 0, 0, 0];
        pcapng.extend(block(6, &[&[0; 4][..], &at, &size, &size, packet].concat()));
    }
    vec![pcap, pcapng]
}

/// One packet of a call: four of audio, three of a key.
fn frame(number: u8) -> Vec<u8> {
    let (payload_type, payload) = match number {
        0..4 => (0, vec![number; 24]),
        _ => (101, vec![5, if number == 6 { 0x8a } else { 10 }, 0, number * 16]),
    };
    let rtp = [0x80, payload_type, 0, number, 0, 0, number.min(4), 160, 1, 2, 3, 4];
    let rtp = [&rtp[..], &payload].concat();
    let size = u16::try_from(rtp.len()).expect("short");
    let udp = [&[0x0f, 0xa0, 0x0f, 0xa2][..], &(size + 8).to_be_bytes(), &[0, 0], &rtp].concat();
    let mut ip = vec![0x45, 0];
    ip.extend((size + 28).to_be_bytes());
    ip.extend([0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    [&[9; 12][..], &[0x08, 0], &ip, &udp].concat()
}
