//! What a description of the far side says.

use std::net::{IpAddr, SocketAddr};

use sipx_sdp::rtpmap::{Rtpmap, same_format};
use sipx_sdp::{MediaDescription, SessionDescription};

use super::codec::Codec;
use super::direction::Direction;
use super::negotiated::{EventFormat, Negotiated, Preferences, SdpError};
use super::profile::Profile;
use crate::time::Duration;

/// Most streams (`m=` lines) that an offer may hold; more is refused as malformed.
const MAX_STREAMS: usize = 8;
/// Most payload formats looked at in one stream; later ones count as not offered.
const MAX_FORMATS: usize = 64;
/// The packet times that we send, in milliseconds.
const PACKET_TIMES: (u64, u64) = (10, 60);
/// The clock rates of telephone-event that we take.
const EVENT_CLOCKS: [u32; 4] = [8_000, 16_000, 32_000, 48_000];

/// The payload type that RFC 3551 §6 assigns to comfort noise of 8 kHz.
const COMFORT_NOISE: u8 = 13;

/// Reads a body within our bounds.
pub(super) fn parse(body: &[u8]) -> Result<SessionDescription, SdpError> {
    let text = std::str::from_utf8(body).map_err(|_| SdpError::Malformed)?;
    let described = sipx_sdp::parse(text).map_err(|_| SdpError::Malformed)?;
    let plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_graphic());
    // What we echo in an answer must be tokens, or the answer would be as malformed as the offer.
    let tokens = described.media.iter().all(|media| {
        plain(&media.media) && plain(&media.protocol) && media.formats.iter().all(|f| plain(f))
    });
    if !tokens || described.media.len() > MAX_STREAMS {
        return Err(SdpError::Malformed);
    }
    Ok(described)
}

/// What a stream comes to, if we can use it from an address of the family of `ours`.
pub(super) fn usable(
    theirs: &SessionDescription,
    media: &MediaDescription,
    ours: IpAddr,
    wanted: &Preferences,
) -> Option<Negotiated> {
    if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 {
        return None;
    }
    let profile = Profile::named(&media.protocol)?;
    let address = theirs.address_for(media)?.to_canonical();
    if address.is_ipv4() != ours.is_ipv4() || is_shared(address) {
        return None;
    }
    let (payload_type, codec) = codec(media, wanted)?;
    let direction = media.declared_direction().unwrap_or_else(|| theirs.direction());
    let direction = Direction::answering(direction);
    Some(Negotiated {
        profile,
        remote: SocketAddr::new(address, media.port),
        control_port: control_port(media),
        codec,
        payload_type,
        packet_time: codec.packet_time(packet_time(media, wanted.packet_time)),
        events: events(media, codec.clock_rate()),
        comfort_noise: comfort_noise(media, codec.clock_rate()),
        // RFC 3264 §8.4: the unspecified address is an old phone's way to say hold.
        direction: if address.is_unspecified() { direction.silenced() } else { direction },
    })
}

/// The codec to take, and its payload type.
fn codec(media: &MediaDescription, wanted: &Preferences) -> Option<(u8, Codec)> {
    let mut common = formats(media).filter_map(|(payload_type, name)| {
        let codec = wanted.codecs.iter().find(|codec| same_format(name, codec.format()))?;
        Some((payload_type, *codec))
    });
    if !wanted.ours_first {
        return common.next();
    }
    let place = |codec: &Codec| wanted.codecs.iter().position(|ours| ours == codec);
    common.min_by_key(|(_, codec)| place(codec))
}

/// Payload type and format name of each format of a stream; static types need no `a=rtpmap` (RFC 3551 §6).
fn formats(media: &MediaDescription) -> impl Iterator<Item = (u8, &str)> {
    media.formats.iter().take(MAX_FORMATS).filter_map(|format| {
        let payload_type = format.parse::<u8>().ok().filter(|number| *number < 128)?;
        let name = media
            .rtpmap(format)
            .or_else(|| Codec::assigned(payload_type).map(|codec| codec.format()))
            .or_else(|| (payload_type == COMFORT_NOISE).then_some("CN/8000"))?;
        Some((payload_type, name.trim()))
    })
}

/// Payload type and clock rate of each format of that encoding name.
fn named<'a>(
    media: &'a MediaDescription,
    encoding: &'a str,
) -> impl Iterator<Item = (u8, u32)> + 'a {
    formats(media).filter_map(move |(payload_type, name)| {
        let map = Rtpmap::parse(name).ok()?;
        map.encoding().eq_ignore_ascii_case(encoding).then(|| (payload_type, map.clock_rate()))
    })
}

/// The format of keys. It should have the clock of the audio (RFC 4733 §2.5.1.2); where the far side offers it with
/// another clock alone, its keys are better than none.
fn events(media: &MediaDescription, clock_rate: u32) -> Option<EventFormat> {
    let known = || {
        named(media, "telephone-event")
            .filter(|(_, rate)| EVENT_CLOCKS.contains(rate))
            .map(|(payload_type, clock_rate)| EventFormat { payload_type, clock_rate })
    };
    known().find(|event| event.clock_rate == clock_rate).or_else(|| known().next())
}

/// The payload type of comfort noise: that of the clock of the audio (RFC 3389 §5), else any.
fn comfort_noise(media: &MediaDescription, clock_rate: u32) -> Option<u8> {
    let mut known = named(media, "CN");
    let fitting = named(media, "CN").find(|(_, rate)| *rate == clock_rate);
    fitting.or_else(|| known.next()).map(|(payload_type, _)| payload_type)
}

/// The packet time that the far side asks for, within its own limit and ours.
fn packet_time(media: &MediaDescription, ours: Duration) -> Duration {
    let stated = |name| {
        let value = media.attribute(name)?.value.as_deref()?;
        // RFC 8866 §6.4 allows fractions, which no codec of ours has.
        value.trim().split('.').next()?.parse::<u64>().ok().filter(|time| *time > 0)
    };
    let wanted = stated("ptime").unwrap_or_else(|| ours.as_millis());
    let most = stated("maxptime").unwrap_or(u64::MAX);
    let (shortest, longest) = PACKET_TIMES;
    Duration::from_millis((wanted.min(most) / 10 * 10).clamp(shortest, longest))
}

/// The port that takes RTCP; `None` = that of the media.
fn control_port(media: &MediaDescription) -> Option<u16> {
    if media.rtcp_mux() {
        return None;
    }
    let stated = media.attribute("rtcp").and_then(|attribute| attribute.value.as_deref());
    let stated = stated.and_then(|value| value.split(' ').next()?.parse().ok());
    Some(stated.unwrap_or_else(|| media.port.saturating_add(1)))
}

/// Whether an address stands for many receivers, to which a call's media must never go.
fn is_shared(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    }
}
