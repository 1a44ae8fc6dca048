//! How a value inside a prompt is spoken.

/// The form in which a slot such as `{order.eta:date:short}` is read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SayAs {
    /// `number`: a whole number.
    Number,
    /// `count`: a number of things; a noun of the prompt follows.
    Count,
    /// `ordinal`: the third.
    Ordinal,
    /// `digits`: one by one, in groups.
    Digits,
    /// `phone`: a telephone number, one by one in its own groups.
    Phone,
    /// `money`: an amount with its currency.
    Money,
    /// `date`: day, month and year.
    Date,
    /// `date:short`: day and month.
    DateShort,
    /// `date:full`: weekday, day, month and year.
    DateFull,
    /// `year`: a year.
    Year,
    /// `time`: a time of day, as the language's formal clock has it.
    Time,
    /// `duration`: a span of time, from whole seconds.
    Duration,
    /// `when`: a moment as seen from now: "tomorrow at eight in the morning".
    When,
    /// `text`: free text, as it stands.
    Text,
}

impl SayAs {
    /// Every form.
    pub const ALL: [Self; 14] = [
        Self::Number,
        Self::Count,
        Self::Ordinal,
        Self::Digits,
        Self::Phone,
        Self::Money,
        Self::Date,
        Self::DateShort,
        Self::DateFull,
        Self::Year,
        Self::Time,
        Self::Duration,
        Self::When,
        Self::Text,
    ];

    /// The form as prompts write it after the first colon of a slot.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Count => "count",
            Self::Ordinal => "ordinal",
            Self::Digits => "digits",
            Self::Phone => "phone",
            Self::Money => "money",
            Self::Date => "date",
            Self::DateShort => "date:short",
            Self::DateFull => "date:full",
            Self::Year => "year",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::When => "when",
            Self::Text => "text",
        }
    }

    /// The form of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}
