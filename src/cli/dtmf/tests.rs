//! Captures of all kinds, made here byte by byte, and broken ones.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::{ReadError, lines};
use crate::media::{Law, Recording, RtpHeader, TelephoneEvent};

/// A key's two tones of so many milliseconds, with as much silence before and after.
fn key(row: f32, column: f32, milliseconds: usize) -> Vec<f32> {
    let length = milliseconds * 8;
    let tone = |n: usize, hertz: f32| (std::f32::consts::TAU * hertz * n as f32 / 8_000.0).sin();
    let pause = std::iter::repeat_n(0.0, length);
    let sound = (0..length).map(|n| 0.1 * (tone(n, row) + tone(n, column)));
    pause.clone().chain(sound).chain(pause).collect()
}

/// Keys 1, 5 and 9 of 60 ms: at 60, 240 and 420 ms.
fn keys() -> Vec<f32> {
    [key(697.0, 1_209.0, 60), key(770.0, 1_336.0, 60), key(852.0, 1_477.0, 60)].concat()
}

/// RTP packets of those keys in µ-law.
fn rtp(ssrc: u32) -> Vec<Vec<u8>> {
    let samples: Vec<i16> = Recording { rate: 8_000, samples: keys() }.to_samples().collect();
    let packet = |(n, chunk): (u16, &[i16])| {
        let header = RtpHeader {
            marker: n == 0,
            payload_type: 0,
            sequence: n.wrapping_add(65_530),
            timestamp: u32::from(n) * 160,
            ssrc,
        };
        let payload = chunk.iter().map(|&sample| Law::Mu.encode(sample));
        framed(&header, payload.collect())
    };
    (0..).zip(samples.chunks(160)).map(packet).collect()
}

fn framed(header: &RtpHeader, payload: Vec<u8>) -> Vec<u8> {
    let mut head = [0; 12];
    header.write(&mut head);
    [head.to_vec(), payload].concat()
}

fn udp(payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 8).expect("short").to_be_bytes();
    [&[0x0f, 0xa0, 0x0f, 0xa2], &length[..], &[0, 0], payload].concat()
}

fn ipv4(payload: &[u8]) -> Vec<u8> {
    let inner = udp(payload);
    let length = u16::try_from(inner.len() + 20).expect("short").to_be_bytes();
    let head =
        [0x45, 0, length[0], length[1], 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    [&head[..], &inner].concat()
}

fn ipv6(payload: &[u8]) -> Vec<u8> {
    let inner = udp(payload);
    // Destination options of eight bytes stand between.
    let length = u16::try_from(inner.len() + 8).expect("short").to_be_bytes();
    let mut head = vec![0x60, 0, 0, 0, length[0], length[1], 60, 64];
    head.extend([0xfd; 32]);
    head.extend([17, 0, 1, 4, 0, 0, 0, 0]);
    [head, inner].concat()
}

/// Packets as frames of a link of that kind.
fn linked(link: u32, payload: &[u8]) -> Vec<u8> {
    match link {
        0 => [vec![2, 0, 0, 0], ipv4(payload)].concat(),
        1 => [vec![9; 12], vec![0x81, 0, 0, 7, 0x08, 0], ipv4(payload)].concat(),
        101 if payload.first() == Some(&0x45) => payload.to_vec(),
        101 => ipv6(payload),
        113 => [vec![0; 14], vec![0x86, 0xdd], ipv6(payload)].concat(),
        276 => [vec![0x08, 0], vec![0; 18], ipv4(payload)].concat(),
        _ => payload.to_vec(),
    }
}

/// A pcap file, one packet every 20 ms.
fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0];
    file.extend(link.to_le_bytes());
    for (n, packet) in (0_u32..).zip(packets) {
        let frame = linked(link, packet);
        let length = u32::try_from(frame.len()).expect("short");
        for number in [1_700_000_000 + n / 50, n % 50 * 20_000, length, length] {
            file.extend(number.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// A pcapng file in network byte order, its clock in nanoseconds.
fn pcapng(link: u16, packets: &[Vec<u8>]) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let mut body = body.to_vec();
        body.resize(body.len().div_ceil(4) * 4, 0);
        let length = u32::try_from(body.len() + 12).expect("short").to_be_bytes();
        [&kind.to_be_bytes()[..], &length, &body, &length].concat()
    };
    let head = [0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
    let [high, low] = link.to_be_bytes();
    let interface = [high, low, 0, 0, 0, 4, 0, 0, 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0];
    let mut file =
        [block(0x0a0d_0d0a, &head), block(1, &interface), block(99, &[1, 2, 3])].concat();
    for (n, packet) in (0_u64..).zip(packets) {
        let frame = linked(u32::from(link), packet);
        let length = u32::try_from(frame.len()).expect("short").to_be_bytes();
        let at = (1_700_000_000_000_000_000 + n * 20_000_000).to_be_bytes();
        file.extend(block(6, &[&[0; 4][..], &at, &length, &length, &frame].concat()));
    }
    file
}

/// The keys in a file of such bytes, and when they began.
fn found(bytes: &[u8]) -> Result<(String, Vec<u64>), ReadError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("file");
    fs::write(&path, bytes).expect("a file can be written");
    let lines = lines(&path, false)?;
    let keys = lines.iter().flat_map(|line| &line.keys);
    Ok(keys.map(|key| (key.symbol.as_char(), key.onset_ms)).unzip())
}

#[track_caller]
fn assert_keys(bytes: &[u8], name: &str) {
    let (digits, onsets) = found(bytes).expect(name);
    assert_eq!(digits, "159", "{name}");
    for (onset, sent) in onsets.into_iter().zip([60_u64, 240, 420]) {
        assert!(onset.abs_diff(sent) <= 4, "{name}: {onset}");
    }
}

#[test]
fn sound_files_of_every_rate_hold_their_keys() {
    let recording = Recording { rate: 8_000, samples: keys() };
    for rate in [8_000, 11_025, 16_000, 44_100, 48_000] {
        assert_keys(&recording.resampled(rate).to_wav(), &rate.to_string());
    }
    let silence = Recording { rate: 8_000, samples: vec![0.0; 8_000] };
    assert_eq!(found(&silence.to_wav()).expect("a sound"), (String::new(), Vec::new()));
}

/// A WAV file of a format of one byte or two, from the samples of each channel.
fn wav(tag: u16, channels: &[Vec<u8>], bits: u16) -> Vec<u8> {
    let data: Vec<u8> = match channels {
        [one] => one.clone(),
        many => (0..many[0].len()).flat_map(|n| many.iter().map(move |c| c[n])).collect(),
    };
    let count = u16::try_from(channels.len()).expect("few");
    let size = u32::try_from(data.len()).expect("short");
    let rate = 8_000_u32 * u32::from(count) * u32::from(bits / 8);
    let mut bytes = [b"RIFF", &(size + 36).to_le_bytes()[..], b"WAVEfmt ", &[16, 0, 0, 0]].concat();
    bytes.extend([tag.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend([8_000_u32.to_le_bytes(), rate.to_le_bytes()].concat());
    bytes.extend([(count * bits / 8).to_le_bytes(), bits.to_le_bytes()].concat());
    bytes.extend([b"data", &size.to_le_bytes()[..], &data].concat());
    bytes
}

#[test]
fn files_of_exchanges_hold_their_keys_in_each_channel() {
    let samples: Vec<i16> = Recording { rate: 8_000, samples: keys() }.to_samples().collect();
    for (tag, law) in [(6, Law::A), (7, Law::Mu)] {
        let keyed: Vec<u8> = samples.iter().map(|sample| law.encode(*sample)).collect();
        let silent = vec![law.silence(); keyed.len()];
        assert_keys(&wav(tag, std::slice::from_ref(&keyed), 8), "one channel");
        assert_keys(&wav(tag, &[silent, keyed.clone()], 8), "the second of two");
        assert_keys(&wav(tag, &[keyed.clone(), keyed], 8), "both, and each key once");
    }
    let keyed: Vec<u8> = samples.iter().map(|sample| Law::A.encode(*sample)).collect();
    // One key in each of three channels, the others silent.
    let third = keyed.len() / 3;
    let silent = vec![Law::A.silence(); keyed.len()];
    let mut lines = vec![silent; 8];
    for (n, line) in [5, 0, 7].into_iter().enumerate() {
        let part = n * third..(n + 1) * third;
        lines[line][part.clone()].copy_from_slice(&keyed[part]);
    }
    assert_keys(&wav(6, &lines, 8), "eight channels");
    assert_keys(&wav(6, &[&lines[..1], &lines[5..]].concat(), 8), "four channels");
    lines.push(keyed.clone());
    let refused = found(&wav(6, &lines, 8)).expect_err("nine");
    let cause = std::error::Error::source(&refused).map(ToString::to_string);
    assert_eq!(cause.as_deref(), Some("it has 9 channels, 1 to 8 are taken"));
    for promised in [0, u32::MAX, 1_000_000] {
        let mut endless = wav(6, std::slice::from_ref(&keyed), 8);
        endless[40..44].copy_from_slice(&promised.to_le_bytes());
        assert_keys(&endless, "its head promises another length");
    }
    let coarse: Vec<u8> = samples.iter().map(|s| (s / 256 + 128).to_le_bytes()[0]).collect();
    assert_keys(&wav(1, &[coarse], 8), "8 bit");
}

#[test]
fn files_hold_their_keys_however_they_are_written() {
    let samples: Vec<i16> = Recording { rate: 8_000, samples: keys() }.to_samples().collect();
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let whole = Recording { rate: 8_000, samples: keys() }.to_wav();
    let (head, rest) = whole.split_at(36);
    let odd = [head, b"note\x05\0\0\0hello\0", rest].concat();
    let length = (u32::try_from(data.len()).expect("short") + 1).to_le_bytes();
    let stray = [&whole[..40], &length, &data, &[7]].concat();
    let long = [b"RF64\xff\xff\xff\xffWAVEds64\x04\0\0\0\0\0\0\0", &whole[12..]].concat();
    let mut no_rate = whole.clone();
    no_rate[28..34].copy_from_slice(&[0; 6]);
    let wide = |sample: &i16| (f64::from(*sample) / 32_768.0).to_le_bytes();
    let mut double = [&whole[..44], &samples.iter().flat_map(wide).collect::<Vec<u8>>()].concat();
    double[20] = 3;
    double[34] = 64;
    double[40..44].copy_from_slice(&[0xff; 4]);
    let number = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<u8>>();
    let fields =
        [20..22, 22..24, 24..28, 28..32, 32..34, 34..36].map(|field| number(&whole[field]));
    let size = number(&whole[40..44]);
    let turned: Vec<u8> = samples.iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let fields = fields.concat();
    let big = [b"RIFX\0\0\0\0WAVEfmt \0\0\0\x10", &fields[..], b"data", &size, &turned].concat();
    for (name, bytes) in [
        ("a chunk of odd length", odd),
        ("a byte too many", stray),
        ("64-bit lengths", long),
        ("no rate of bytes", no_rate),
        ("64-bit samples", double),
        ("big-endian", big),
    ] {
        assert_keys(&bytes, name);
    }
}

#[test]
fn fragments_and_ppp_are_put_together() {
    for (name, first, second) in [("in order", 0, 1), ("backwards", 1, 0)] {
        let packets = rtp(7).into_iter().enumerate().flat_map(|(n, packet)| {
            let whole = ipv4(&packet);
            let part = |bytes: &[u8], place: [u8; 2]| {
                let mut part = [&whole[..20], bytes].concat();
                let length = u16::try_from(part.len()).expect("short").to_be_bytes();
                part[2..4].copy_from_slice(&length);
                part[4..6].copy_from_slice(&u16::try_from(n).expect("small").to_be_bytes());
                part[6..8].copy_from_slice(&place);
                part
            };
            let parts = [part(&whole[20..60], [0x20, 0]), part(&whole[60..], [0, 5])];
            [parts[first].clone(), parts[second].clone()]
        });
        let packets: Vec<Vec<u8>> = packets.collect();
        assert_eq!(
            found(&pcap(101, &packets)).map(|keys| keys.0).unwrap_or_default(),
            "159",
            "{name}"
        );
    }
    let framed = |head: &[u8]| rtp(7).iter().map(|p| [head, &ipv4(p)].concat()).collect::<Vec<_>>();
    assert_keys(&pcap(9, &framed(&[0xff, 3, 0, 0x21])), "PPP");
}

#[test]
fn events_of_other_clocks_are_dated_by_them() {
    let packets: Vec<Vec<u8>> = (0..30_u16)
        .map(|n| {
            let header = RtpHeader {
                marker: n == 20,
                payload_type: if n < 20 { 111 } else { 110 },
                sequence: n,
                timestamp: u32::from(n.min(20)) * 960,
                ssrc: 7,
            };
            let duration = n.saturating_sub(19) * 960;
            let event = TelephoneEvent { code: 5, end: n == 29, volume: 10, duration };
            framed(&header, if n < 20 { vec![1; 60] } else { event.write().to_vec() })
        })
        .collect();
    // The first packet tells of 20 ms.
    assert_eq!(found(&pcap(101, &packets)).expect("a capture"), ("5".to_owned(), vec![380]));
}

#[test]
fn captures_of_every_network_hold_their_keys() {
    for link in [0, 1, 101, 113, 276] {
        assert_keys(&pcap(link, &rtp(7)), &format!("pcap {link}"));
        let link = u16::try_from(link).expect("small");
        assert_keys(&pcapng(link, &rtp(7)), &format!("pcapng {link}"));
    }
}

#[test]
fn what_the_network_did_to_packets_is_undone() {
    let whole = rtp(7);
    let mut doubled: Vec<Vec<u8>> = whole.iter().flat_map(|p| [p.clone(), p.clone()]).collect();
    // Twice as many packets take twice as long on the paper of the capture; only the order counts.
    doubled.swap(4, 7);
    let (digits, _) = found(&pcap(1, &doubled)).expect("a capture");
    assert_eq!(digits, "159");
    // One party on both sides of a bridge.
    let bridged: Vec<Vec<u8>> =
        whole.iter().cloned().zip(rtp(9)).flat_map(|(a, b)| [a, b]).collect();
    assert_eq!(found(&pcap(1, &bridged)).expect("a capture").0, "159");
    let mut lost = whole;
    lost.remove(8);
    assert_eq!(found(&pcap(1, &lost)).expect("a capture").0, "159");
}

#[test]
fn telephone_events_count_before_tones() {
    let mut packets = rtp(7);
    for (n, packet) in packets.iter_mut().enumerate().skip(3).take(3) {
        let header = RtpHeader {
            marker: n == 3,
            payload_type: 101,
            sequence: u16::try_from(n).expect("small").wrapping_add(65_530),
            timestamp: 480,
            ssrc: 7,
        };
        let duration = u16::try_from(n - 2).expect("small") * 160;
        let event = TelephoneEvent { code: 11, end: n == 5, volume: 10, duration };
        *packet = framed(&header, event.write().to_vec());
    }
    let (digits, onsets) = found(&pcap(1, &packets)).expect("a capture");
    assert_eq!((&*digits, onsets), ("#", vec![40]));
}

/// A packet of events: its time, its marker, and of each event the code, whether it has ended, and its length.
type Packed<'a> = (u32, bool, &'a [(u8, bool, u16)]);

/// A stream of events, each with its time, and so many packets of audio of another dynamic type before them.
fn events(audio: u16, payload_type: u8, packets: &[Packed<'_>]) -> Vec<u8> {
    let header = |sequence: u16, timestamp, payload_type, marker| RtpHeader {
        marker,
        payload_type,
        sequence,
        timestamp,
        ssrc: 7,
    };
    let sound = (0..audio).map(|n| {
        let payload = (0..8).map(|byte| (n * 37 + byte * 11).to_be_bytes()[1]).collect();
        framed(&header(n, u32::from(n) * 160, 96, false), payload)
    });
    let keys = (audio..).zip(packets).map(|(n, (timestamp, marker, events))| {
        let block = |&(code, end, duration): &(u8, bool, u16)| {
            TelephoneEvent { code, end, volume: 10, duration }.write()
        };
        framed(
            &header(n, *timestamp, payload_type, *marker),
            events.iter().flat_map(block).collect(),
        )
    });
    pcap(1, &sound.chain(keys).collect::<Vec<_>>())
}

#[test]
fn events_that_share_packets_are_all_found_and_dated() {
    let both: Packed<'_> = (3_200, false, &[(1, true, 800), (2, true, 800)]);
    let packed = [
        (3_200, true, &[(1, false, 640)][..]),
        (3_200, true, &[(1, true, 800), (2, false, 160)][..]),
        (3_200, false, &[(1, true, 800), (2, false, 480)][..]),
        both,
        both,
        both,
    ];
    // The first packet comes after 400 ms, 80 ms after the key began; the second key begins 20 ms before the second.
    assert_eq!(
        found(&events(20, 101, &packed)).expect("a capture"),
        ("12".to_owned(), vec![320, 400])
    );
    let whole: Packed<'_> = (3_200, true, &[(5, true, 800), (5, true, 800), (6, true, 400)]);
    assert_eq!(
        found(&events(20, 101, &[whole; 6])).expect("a capture"),
        ("556".to_owned(), vec![150, 250, 350])
    );
}

#[test]
fn audio_that_looks_like_several_events_is_none() {
    let whole: Packed<'_> = (3_200, false, &[(5, true, 800), (6, true, 800)]);
    let once = (3_200, false, &[(9, false, 160)][..]);
    assert_eq!(found(&events(20, 96, &[whole; 6])).expect("a capture").0, "");
    assert_eq!(found(&events(0, 96, &[whole; 6])).expect("a capture").0, "56");
    assert_eq!(found(&events(20, 96, &[once; 6])).expect("a capture").0, "9", "four bytes");
    for (name, blocks) in [
        ("one that has not ended", &[(5, false, 800), (6, true, 800)][..]),
        ("one without a length", &[(5, true, 800), (6, true, 0)][..]),
        ("one that is no key", &[(5, true, 800), (40, true, 800)][..]),
        ("too many", &[(5, true, 800); 9][..]),
    ] {
        let packet: Packed<'_> = (3_200, false, blocks);
        assert_eq!(found(&events(0, 101, &[packet; 6])).expect("a capture").0, "", "{name}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let mut huge = pcap(1, &rtp(7));
    huge[24 + 8..24 + 12].copy_from_slice(&[255; 4]);
    for (bytes, words) in [
        (b"hello".to_vec(), "it is neither a WAV file nor a packet capture (pcap, pcapng)"),
        (Vec::new(), "it is neither a WAV file nor a packet capture (pcap, pcapng)"),
        (b"RIFF".to_vec(), "it is no WAV file: its header is cut short"),
        (pcap(1, &[])[..10].to_vec(), "it is broken: its head is cut short"),
        (huge, "it is broken: 4294967295 bytes for one packet"),
    ] {
        let error = found(&bytes).expect_err(words);
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let text = cause.unwrap_or_else(|| error.to_string());
        assert!(text.ends_with(words), "{text}");
    }
    // One that is still being written is read up to there.
    let whole = pcap(1, &rtp(7));
    assert_keys(&whole[..whole.len() - 7], "cut");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_file_panics(
        form in 0..3_u8,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end: prop::sample::Index,
    ) {
        let packets = &rtp(7)[..6];
        let mut bytes = match form {
            0 => pcap(1, packets),
            1 => pcapng(101, packets),
            _ => Recording { rate: 11_025, samples: keys() }.to_wav(),
        };
        for (place, value) in changes {
            let place = place.index(bytes.len().min(400));
            bytes[place] = value;
        }
        bytes.truncate(bytes.len() - end.index(bytes.len() / 4 + 1));
        drop(found(&bytes));
    }
}
