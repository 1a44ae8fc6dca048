//! Faults that tests put in on purpose, to prove that the checks of a simulation can fail.
//!
//! Each is a slip of one line that somebody might make. Nothing of them is there without the feature `bugs`, and with
//! it nothing changes until a test plants one: `plant` counts for its own thread alone.

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// A key that stops a prompt is not kept for the next question.
    KeyAheadLost,
    /// A key that stops a question's prompt answers it, and the next question as well.
    KeyTakenTwice,
    /// What was typed before a secret is asked for counts as the secret.
    KeysKeptForSecret,
    /// The end key of an entry that is full already goes on to the next question.
    EndKeyNotSwallowed,
    /// The time for the first key does not begin when a question has been said.
    FirstKeyNotTimed,
    /// A key stops what must be heard.
    NoticeCutShort,
    /// A question is asked once more than it may.
    OneRetryMore,
    /// The errors of a call have no limit.
    ErrorsUncounted,
    /// A node may be visited without end.
    FuseNeverBlows,
    /// Who came last is served first.
    LastServedFirst,
    /// A caller whose offer failed goes to the end of the line.
    PlaceLost,
    /// A caller who is being offered is offered again.
    OfferedTwice,
    /// An agent who failed a caller is asked again for the same caller at once.
    AskedAgainAtOnce,
    /// An agent whose offer was taken back is free before the phone is silent.
    FreedTooEarly,
    /// An agent's phone goes on ringing for a caller who has left.
    CancelLost,
    /// The time for the work after a call is not given.
    WrapUpIgnored,
    /// An agent who picks up while words are played to the caller hears nobody.
    DeadLine,
    /// An agent is left on the line when the caller has hung up.
    AgentLeftAlone,
    /// A phone is rung before the offer is durable.
    RungUnclaimed,
    /// A second record is written.
    SecondRecord,
    /// Music is turned off on a leg that is gone.
    CommandAfterEnd,
    /// What a flow does at the end is left out after a talk.
    OnHangupSkipped,
    /// A recording goes on when the call is led elsewhere.
    RecordingRunsOn,
    /// The record of a caller who gave up tells no wait.
    WaitUntold,
    /// The record of a caller who hung up on an agent tells no talk.
    TalkUntold,
    /// An answer reaches whoever asked last.
    ReplyToAnother,
    /// An answer is taken that was no longer waited for.
    LateReplyTaken,
    /// An answer is waited for ten times as long as it may take.
    WaitsTooLong,
    /// A PIN stands in the record.
    SecretRecorded,
    /// A reload forgets how often an agent has missed offers in a row.
    MissesForgotten,
    /// An agent who asked for a break is given the next caller.
    BreakIgnored,
    /// An agent who was logged out while something bound them is given the next caller.
    LogOutForgotten,
    /// A wrap-up that was made longer ends when it would have.
    ExtensionLost,
    /// A contact that is given another priority stays where it stood.
    PriorityIgnored,
    /// A contact that is led to another queue goes to the end of its line.
    MovedToTheEnd,
    /// An agent whose phone is gone is given the next caller.
    GoneAndReady,
    /// An agent who is freed of a talk goes on talking.
    StaysBound,
    /// Customers are called back at any hour.
    CalledAtNight,
    /// A customer who could not be had is called again at once.
    GapSkipped,
    /// A second wish to be called back stands beside the first.
    WishesNotMerged,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 40] = [
        Self::KeyAheadLost,
        Self::KeyTakenTwice,
        Self::KeysKeptForSecret,
        Self::EndKeyNotSwallowed,
        Self::FirstKeyNotTimed,
        Self::NoticeCutShort,
        Self::OneRetryMore,
        Self::ErrorsUncounted,
        Self::FuseNeverBlows,
        Self::LastServedFirst,
        Self::PlaceLost,
        Self::OfferedTwice,
        Self::AskedAgainAtOnce,
        Self::FreedTooEarly,
        Self::CancelLost,
        Self::WrapUpIgnored,
        Self::DeadLine,
        Self::AgentLeftAlone,
        Self::RungUnclaimed,
        Self::SecondRecord,
        Self::CommandAfterEnd,
        Self::OnHangupSkipped,
        Self::RecordingRunsOn,
        Self::WaitUntold,
        Self::TalkUntold,
        Self::ReplyToAnother,
        Self::LateReplyTaken,
        Self::WaitsTooLong,
        Self::SecretRecorded,
        Self::MissesForgotten,
        Self::BreakIgnored,
        Self::LogOutForgotten,
        Self::ExtensionLost,
        Self::PriorityIgnored,
        Self::MovedToTheEnd,
        Self::GoneAndReady,
        Self::StaysBound,
        Self::CalledAtNight,
        Self::GapSkipped,
        Self::WishesNotMerged,
    ];
}

#[cfg(feature = "bugs")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Puts a fault into whatever this thread runs from now on, in place of the one before; `None` = no fault.
#[cfg(feature = "bugs")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether a fault is planted.
#[cfg(feature = "bugs")]
pub(crate) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether a fault is planted: never, in a program that anybody uses.
#[cfg(not(feature = "bugs"))]
pub(crate) const fn is(_: Bug) -> bool {
    false
}

/// Where a panic can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the SIP user agent, at a request inside the dialog of this number.
    Agent,
    /// In the SIP adapter, at what happens to the leg of this number.
    Adapter,
    /// On a media thread, at a turn of the leg of this number.
    Media,
    /// In the session of the call whose leg has this number.
    Session,
}

/// What is armed, for all threads: a place and a number; zero = nothing.
#[cfg(feature = "bugs")]
static ARMED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

#[cfg(feature = "bugs")]
const fn fuse(place: Place, number: u64) -> u64 {
    let place = match place {
        Place::Agent => 1,
        Place::Adapter => 2,
        Place::Media => 3,
        Place::Session => 4,
    };
    number << 3 | place
}

/// Lets the program panic once, when it comes to this place with this number.
#[cfg(feature = "bugs")]
pub fn arm(place: Place, number: u64) {
    ARMED.store(fuse(place, number), std::sync::atomic::Ordering::SeqCst);
}

/// Panics if that was planted here.
///
/// # Panics
/// Once, where [`arm`] named this place and number.
#[cfg(feature = "bugs")]
#[expect(clippy::panic, reason = "this is what it is for")]
pub(crate) fn trip(place: Place, number: u64) {
    let order = std::sync::atomic::Ordering::SeqCst;
    if ARMED.compare_exchange(fuse(place, number), 0, order, order).is_ok() {
        panic!("planted");
    }
}

/// Panics if that was planted here: never, in a program that anybody uses.
#[cfg(not(feature = "bugs"))]
pub(crate) const fn trip(_: Place, _: u64) {}
