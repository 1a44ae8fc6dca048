//! What keys mean, in one sentence each, as editors show it. Keys that mean different things in different places are
//! not among them.

/// What a key means.
pub(super) fn about(key: &str) -> Option<&'static str> {
    WORDS.iter().find(|(name, _)| *name == key).map(|(_, about)| *about)
}

const WORDS: [(&str, &str); 78] = [
    // Files.
    ("flow", "The name of a flow."),
    ("about", "For people: what this is."),
    ("tags", "For people: words to find this by."),
    ("languages", "The languages that callers may hear, the fallback first."),
    ("start", "The node where it begins."),
    ("vars", "The variables with their types."),
    ("defaults", "What holds for every node that does not say otherwise."),
    ("limits", "Bounds of a call."),
    ("commands", "Keys and words that callers may use at every question."),
    ("on_hangup", "The node that runs after the caller has hung up."),
    ("on_fault", "The node that runs after something has failed."),
    ("humans", "The node where callers reach people."),
    ("nodes", "The nodes by name."),
    ("subflows", "Flows with parameters and outcomes that `call` nodes run."),
    ("prompts", "What callers hear, by name: words per language."),
    ("faq", "Questions with their answers."),
    ("calendars", "Opening hours."),
    ("services", "What `http` nodes ask."),
    ("use", "Files whose sections are used here; `*` stands for anything."),
    ("params", "What a subflow is given."),
    ("outcomes", "How a subflow may end."),
    // Outcomes.
    ("next", "The node that comes next."),
    ("failed", "The node for when it does not work, or the caller is not understood at all."),
    ("ok", "The node for when it is done."),
    ("not_found", "The node for when the service knows nothing of it."),
    ("yes", "The node for a yes."),
    ("no", "The node for a no."),
    ("else", "The node for when no condition holds."),
    ("done", "The node for when it is over."),
    ("unknown", "The node for a question without an answer."),
    ("holiday", "The node for holidays; `closed` where it is missing."),
    ("empty", "The node for when nothing was said."),
    ("hung_up", "The node for a caller who has hung up while being recorded."),
    ("too_long", "The node for a caller who has waited longer than `max_wait`."),
    ("full", "The node for when too many callers wait."),
    ("unstaffed", "The node for when no agent is there."),
    ("called_back", "The node for a caller who is to be called back instead."),
    ("busy", "The node for when the line is engaged."),
    ("no_answer", "The node for when nobody answers."),
    // Questions.
    ("between_digits", "How long the next key may take."),
    ("max_time", "How long an entry may take as a whole."),
    ("bargein", "Whether callers may interrupt prompts."),
    ("retry", "How a question is asked again."),
    ("noinput", "What is said after silence, one prompt per attempt."),
    ("nomatch", "What is said after a wrong entry, one prompt per attempt."),
    ("reprompt", "Whether the question is asked again after `noinput` and `nomatch`."),
    ("flush", "Whether keys typed ahead are dropped."),
    ("choices", "Keys with where they lead."),
    (
        "words",
        "What callers may say instead of pressing the key, for every language or per language.",
    ),
    ("goto", "The node that follows."),
    ("when", "The condition: a formula."),
    ("into", "The variable that takes the value."),
    ("as", "The type of the value and its bounds."),
    ("erase", "The key that erases the last one."),
    ("end_wait", "How long a full entry waits for more."),
    ("read_back", "Whether the entry is read back to be confirmed."),
    ("record_call", "`pause`: what happens here is not in the recording of the call."),
    ("allow", "Warnings that are not shown here, with the reasons."),
    // People.
    ("greet", "What is said at the beginning."),
    ("tell", "What the agent is told: names of variables, or labels with values."),
    ("skills", "What the agent must be able to do."),
    ("music", "The sound that callers hear while they wait."),
    ("every", "What is said again and again, by its interval."),
    ("callbacks", "How those are called back who asked for it."),
    ("first", "Who is rung first: `agent`, or `customer` when an agent is expected to be free."),
    ("attempts", "How often a customer is tried."),
    ("gaps", "How long after each try the next one follows."),
    (
        "expires",
        "How long a wish to be called back stands; the time in which the queue is closed does not count.",
    ),
    ("whisper", "What the agent hears before the caller is connected."),
    ("announce", "What is told of the place in line and of the expected wait."),
    ("comfort", "What is said after a while without any other words."),
    ("keys", "What keys do while the caller waits."),
    ("offer_callback", "The offer to be called back instead of waiting."),
    ("max_wait", "The longest wait."),
    ("max_calls", "The most callers who wait at a time."),
    ("max_parallel", "The most agents who are rung for one caller at the same time."),
    ("wrap_up", "How long an agent is left alone after a call."),
    ("caller_id", "The number that the other side sees."),
];

/// The keys with a meaning.
#[cfg(test)]
pub(super) fn described() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(key, _)| *key)
}
