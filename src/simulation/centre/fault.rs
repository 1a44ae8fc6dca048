//! What goes wrong around an engine, kind by kind, and why it must survive each.

use std::collections::BTreeSet;
use std::fmt;

/// Something that goes wrong between the engine and the world.
///
/// All that real adapters promise still holds: the events of one leg that come from one source (signalling, media) keep
/// their order, and each leg ends, late perhaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A key is never reported: every packet of it was lost (RFC 4733 §2.5.1.4 sends the end three times). The
    /// question's silence timer goes on.
    LostKey,
    /// A key is reported twice: from the events and from the sound. The entry is wrong at worst, and asked again.
    RepeatedKey,
    /// A key is reported up to four seconds late, with what follows it: SIP INFO that was sent again (RFC 3261
    /// §17.1.2.2). It counts where the call then is.
    LateKey,
    /// The end of a play is never reported. A play counts as ended after its limit.
    LostPlayEnd,
    /// The end of a play is reported late. A number of a play that is over is passed over.
    LatePlayEnd,
    /// The end of a play is reported twice.
    RepeatedPlayEnd,
    /// A play cannot be played: its file is gone, or its medium is.
    FailedPlay,
    /// The end of a recording is never reported. A grace ends it.
    LostRecording,
    /// The end of a recording is reported late.
    LateRecording,
    /// That a phone rings is never reported: many gateways send no 180. The offer's own limit goes on.
    LostRinging,
    /// That a phone was picked up is reported late: the offer may have been taken back meanwhile.
    LateAnswer,
    /// The caller's side never confirms that we answered: no ACK comes, and the leg ends after 32 s (RFC 3261
    /// §13.3.1.4).
    LostAnswer,
    /// The end of a leg is learnt up to 32 s late: BYE was lost and sent again, by the far side, or by us. Until then
    /// nobody is there and the engine cannot know, or the record is written without the leg's end.
    LateEnd,
    /// The end of a leg is reported twice.
    RepeatedEnd,
    /// No more sound comes from a leg.
    LostMedia,
    /// A registration is reported again: a refresh (RFC 3261 §10.2.4).
    RepeatedRegistration,
    /// An agent's phone stops working, while it rings or in a talk, and comes back later.
    Crash,
    /// An agent's registration is lost although the phone works, and comes back within 90 s: until then nobody can ring
    /// it, and a talk goes on.
    LostRegistration,
    /// Services and the store fail, answer something else, late, or never.
    Outside,
    /// The store takes its time over an offer, perhaps longer than it is waited for.
    SlowStore,
    /// The store cannot keep an offer: nobody is offered to anybody for a while.
    BrokenStore,
    /// The store says that caller or agent were taken by somebody else.
    StaleOffer,
    /// An answer comes although nobody waits for it any more.
    LateReply,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::LostKey,
        Self::RepeatedKey,
        Self::LateKey,
        Self::LostPlayEnd,
        Self::LatePlayEnd,
        Self::RepeatedPlayEnd,
        Self::FailedPlay,
        Self::LostRecording,
        Self::LateRecording,
        Self::LostRinging,
        Self::LateAnswer,
        Self::LostAnswer,
        Self::LateEnd,
        Self::RepeatedEnd,
        Self::LostMedia,
        Self::RepeatedRegistration,
        Self::Crash,
        Self::LostRegistration,
        Self::Outside,
        Self::SlowStore,
        Self::BrokenStore,
        Self::StaleOffer,
        Self::LateReply,
    ];

    /// All of them, as a set.
    #[must_use]
    pub fn all() -> BTreeSet<Self> {
        Self::ALL.into()
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// Its name on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LostKey => "lost-key",
            Self::RepeatedKey => "repeated-key",
            Self::LateKey => "late-key",
            Self::LostPlayEnd => "lost-play-end",
            Self::LatePlayEnd => "late-play-end",
            Self::RepeatedPlayEnd => "repeated-play-end",
            Self::FailedPlay => "failed-play",
            Self::LostRecording => "lost-recording",
            Self::LateRecording => "late-recording",
            Self::LostRinging => "lost-ringing",
            Self::LateAnswer => "late-answer",
            Self::LostAnswer => "lost-answer",
            Self::LateEnd => "late-end",
            Self::RepeatedEnd => "repeated-end",
            Self::LostMedia => "lost-media",
            Self::RepeatedRegistration => "repeated-registration",
            Self::Crash => "crash",
            Self::LostRegistration => "lost-registration",
            Self::Outside => "outside",
            Self::SlowStore => "slow-store",
            Self::BrokenStore => "broken-store",
            Self::StaleOffer => "stale-offer",
            Self::LateReply => "late-reply",
        }
    }

    /// How often it happens where it can, in ten thousand.
    pub(super) const fn rate(self) -> u64 {
        match self {
            Self::LostPlayEnd => 40,
            Self::FailedPlay | Self::LostMedia => 15,
            Self::RepeatedPlayEnd => 60,
            Self::LostKey | Self::RepeatedKey | Self::LatePlayEnd | Self::RepeatedEnd => 100,
            Self::LostAnswer => 50,
            Self::LateKey | Self::LostRecording | Self::StaleOffer => 150,
            Self::SlowStore | Self::BrokenStore => 400,
            Self::LateEnd | Self::LateAnswer | Self::LateRecording | Self::LostRinging => 300,
            Self::RepeatedRegistration | Self::Outside => 1_000,
            Self::Crash => 2_000,
            Self::LateReply => 3_000,
            Self::LostRegistration => 5_000,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
