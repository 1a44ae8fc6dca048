//! Far sides that pause with comfort noise, and what the bridged party hears of it.

use super::*;

/// A payload of comfort noise: −50 dBov and a coefficient.
const QUIET: &[u8] = &[50, 128];

/// A caller and an agent who talk; the agent takes comfort noise under that payload type, if under any.
fn talk(rig: &mut Rig, taken: Option<u8>) -> (Phone, Phone) {
    let caller = rig.phone(1, |stream| stream.comfort_noise = Some(118));
    let agent = rig.phone(2, |stream| stream.comfort_noise = taken);
    agent.hear();
    rig.threads.bridge(leg(1), leg(2));
    while !matches!(rig.kind(), (2, MediaEventKind::Bridged)) {}
    (caller, agent)
}

#[test]
fn who_takes_comfort_noise_is_sent_it_as_it_came() {
    for (theirs, taken) in [(13, 13), (118, 13), (13, 97)] {
        let mut rig = Rig::new(settings());
        let (mut caller, agent) = talk(&mut rig, Some(taken));
        caller.speak(0, &[1; FRAME]);
        let spoken = hear_payload(&agent, &[1; FRAME]);
        caller.send(theirs, false, QUIET);
        let quiet = agent.hear();
        assert_eq!((quiet.header.payload_type, &quiet.payload[..]), (taken, QUIET));
        assert_eq!(quiet.header.sequence, spoken.sequence.wrapping_add(1));
        assert_eq!(quiet.header.timestamp, spoken.timestamp.wrapping_add(160));
        caller.header.timestamp += 8_000;
        caller.speak(0, &[2; FRAME]);
        let next = agent.hear();
        assert_eq!((next.header.payload_type, &next.payload[..]), (0, &[2; FRAME][..]));
        assert_eq!(next.header.timestamp, spoken.timestamp.wrapping_add(8_160));
        rig.threads.shutdown();
    }
}

#[test]
fn who_does_not_take_it_hears_the_noise_and_the_speech_after_it() {
    for pause in [QUIET, &[50; 1_300]] {
        let mut rig = Rig::new(settings());
        let (mut caller, agent) = talk(&mut rig, None);
        for _ in 0..10 {
            caller.speak(0, &[Law::Mu.encode(4_000); FRAME]);
            agent.hear();
        }
        caller.send(13, false, pause);
        caller.header.timestamp += 20 * 160;
        let mut noisy = 0;
        for _ in 0..20 {
            let heard = agent.hear();
            assert_eq!(heard.header.payload_type, 0, "in the codec that was agreed");
            let samples = heard.payload.iter().map(|byte| f64::from(Law::Mu.decode(*byte)));
            let loudness = (samples.map(|s| s * s).sum::<f64>() / 160.0).sqrt();
            noisy += usize::from((85.0..125.0).contains(&loudness));
        }
        assert!(noisy >= 15, "{noisy} packets of −50 dBov");
        for _ in 0..10 {
            caller.speak(0, &[Law::Mu.encode(4_000); FRAME]);
            agent.hear();
        }
        hear_payload(&agent, &[Law::Mu.encode(4_000); FRAME]);
        rig.threads.shutdown();
    }
}

#[test]
fn a_pause_without_a_level_harms_nothing() {
    let mut rig = Rig::new(settings());
    let (mut caller, agent) = talk(&mut rig, None);
    for _ in 0..5 {
        caller.send(13, true, &[]);
        caller.speak(0, &[Law::Mu.encode(4_000); FRAME]);
    }
    for _ in 0..10 {
        caller.speak(0, &[Law::Mu.encode(4_000); FRAME]);
        agent.hear();
    }
    hear_payload(&agent, &[Law::Mu.encode(4_000); FRAME]);
}
