//! What passes through the media threads: recordings, keys, bridges, and silence.

use super::*;

fn record(id: &str) -> CommandKind {
    CommandKind::Record(Recording {
        id: id.into(),
        limit: Duration::from_secs(60),
        silence: Duration::from_secs(2),
        end_on: SymbolSet::ALL,
        keep: Some(Duration::from_mins(60)),
        talk: None,
    })
}

/// A second of sound.
async fn says(phone: &Phone, port: u16, second: u16) {
    let loud: Vec<u8> = (0..160).map(|n| if n % 16 < 8 { 0x90 } else { 0x10 }).collect();
    for n in 0..50 {
        phone.speak(port, 0, second * 50 + n, &loud).await;
    }
}

#[tokio::test]
async fn a_caller_is_recorded_until_a_key_by_info_or_the_end_of_the_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut node, recordings) = Node::recording(folder.path());
    let mut phone = Phone::new("200", node.address).await;
    let plain = phone.sdp("0", "");
    let (leg, answer) = node.answered_with(&mut phone, &plain).await;
    node.order(leg, record("0192-1")).await;
    says(&phone, answer.audio_port(), 0).await;
    phone.within("INFO", "application/dtmf", "7").await;
    phone.expect(200).await;
    assert!(matches!(node.event().await, (_, EventKind::Digit { .. })));
    let (found, kind) = node.event().await;
    let EventKind::Recorded { recording, end, .. } = kind else { panic!("{kind:?}") };
    assert_eq!((found, recording.as_str(), end), (leg, "0192-1", RecordingEnd::Key));

    node.order(leg, record("0192-2")).await;
    for second in 1..4 {
        says(&phone, answer.audio_port(), second).await;
    }
    // Some of what was sent may still wait for its turn; a message is long enough all the same.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    let (_, kind) = node.event().await;
    let EventKind::Recorded { recording, end, lasted } = kind else { panic!("{kind:?}") };
    assert_eq!((recording.as_str(), end), ("0192-2", RecordingEnd::Hangup));
    assert!(lasted >= LEAST_KEPT, "{lasted}");
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
    let wav = std::fs::read(folder.path().join("0192-2.wav")).expect("on the disk by now");
    assert_eq!(crate::media::Recording::from_wav(&wav).expect("a WAV file").duration(), lasted);
    drop(node.wire);
    node.task.await.expect("ends").expect("in order");
    recordings.close();
}

#[tokio::test]
async fn without_a_place_to_keep_recordings_an_order_to_record_is_refused() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let (leg, _) = node.answered(&mut phone).await;
    node.order(leg, record("0192-1")).await;
    let (_, kind) = node.event().await;
    let EventKind::Rejected { reason, .. } = kind else { panic!("{kind:?}") };
    assert_eq!(reason, Rejection::Unsupported);
}

#[tokio::test]
async fn keys_by_info_count_only_where_no_other_way_was_agreed() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let plain = phone.sdp("0", "");
    let (leg, _) = node.answered_with(&mut phone, &plain).await;
    phone.within("INFO", "application/dtmf-relay", "Signal=7\r\nDuration=160\r\n").await;
    phone.expect(200).await;
    let (found, kind) = node.event().await;
    let EventKind::Digit { symbol, source, .. } = kind else { panic!("{kind:?}") };
    assert_eq!((found, symbol.as_char(), source), (leg, '7', KeySource::Info));

    let mut other = Phone::new("300", node.address).await;
    node.answered(&mut other).await;
    other.within("INFO", "application/dtmf", "7").await;
    other.expect(200).await;
    assert!(node.is_silent());
}

#[tokio::test]
async fn keys_plays_and_a_bridge_pass_through_the_media_threads() {
    let mut node = Node::open();
    let mut caller = Phone::new("200", node.address).await;
    let (leg, answer) = node.answered(&mut caller).await;
    let key_five = [5, 10, 0, 160];
    for sequence in 1..=3 {
        caller.speak(answer.audio_port(), 101, sequence, &key_five).await;
    }
    let (found, kind) = node.event().await;
    let EventKind::Digit { symbol, source, .. } = kind else { panic!("{kind:?}") };
    assert_eq!((found, symbol.as_char(), source), (leg, '5', KeySource::RtpEvent));

    let id = PlayId(1);
    node.order(leg, CommandKind::Play(Play { id, items: Vec::new(), stop_on: SymbolSet::NONE }))
        .await;
    let (_, kind) = node.event().await;
    assert!(matches!(kind, EventKind::PlayEnded { play, .. } if play == id), "{kind:?}");

    let mut agent = Phone::new("300", node.address).await;
    let (other, _) = node.answered(&mut agent).await;
    node.order(leg, CommandKind::Bridge(other)).await;
    let bridged = [node.event().await, node.event().await];
    assert!(bridged.contains(&(leg, EventKind::Bridged)), "{bridged:?}");
    assert!(bridged.contains(&(other, EventKind::Bridged)), "{bridged:?}");
    let voice = [0x55; 160];
    caller.speak(answer.audio_port(), 0, 4, &voice).await;
    agent.hear(&voice).await;
    node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
    let mut apart = false;
    let mut ended = false;
    while !(apart && ended) {
        match node.event().await {
            (found, EventKind::Unbridged { .. }) if found == other => apart = true,
            (found, EventKind::Unbridged { .. }) if found == leg && !ended => {}
            (found, EventKind::Ended { .. }) if found == leg && !ended => ended = true,
            surprise => panic!("{surprise:?}"),
        }
    }
}

#[tokio::test]
async fn a_silent_phone_is_lost_only_if_it_does_not_answer() {
    let mut node = Node::start(|settings| {
        settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        settings.rtp.lost_after = Duration::from_millis(60);
        settings.answer_limit = Duration::from_millis(300);
    });
    let mut phone = Phone::new("200", node.address).await;
    let (leg, answer) = node.answered(&mut phone).await;
    let question = phone.expect_request("OPTIONS").await;
    phone.answer(&question, "200 OK", "").await;
    phone.speak(answer.audio_port(), 0, 1, &[0xff; 160]).await;
    phone.expect_request("OPTIONS").await;
    assert_eq!(node.event().await, (leg, EventKind::MediaLost), "only the second is unanswered");
    phone.speak(answer.audio_port(), 0, 2, &[0xff; 160]).await;
    phone.speak(answer.audio_port(), 0, 3, &[0xff; 160]).await;
    assert_eq!(node.event().await, (leg, EventKind::MediaRestored));
}
