//! What English callers say, and what it means. General customer-service language, no shop's own words.

use super::reader::Lexicon;

/// The English lexicon.
pub(super) const LEXICON: Lexicon =
    Lexicon { colloquial: COLLOQUIAL, stop_words: STOP_WORDS, synonyms: SYNONYMS };

#[rustfmt::skip]
const COLLOQUIAL: &[(&str, &str)] = &[
    ("whats", "what"), ("wheres", "where"), ("whens", "when"), ("hows", "how"), ("its", "it"), ("im", "i"), ("id", "i"),
    ("ive", "i"), ("ill", "i"), ("dont", "not"), ("doesnt", "not"), ("didnt", "not"), ("isnt", "not"), ("arent", "not"),
    ("wont", "not"), ("cant", "not"), ("cannot", "not"), ("couldnt", "not"), ("hasnt", "not"), ("havent", "not"),
    ("wasnt", "not"), ("gonna", "go"), ("wanna", "want"), ("gotta", "have"), ("gimme", "give me"), ("thats", "that"),
    ("theres", "there"), ("lets", "let"), ("u", "you"), ("ur", "your"), ("pls", "please"), ("plz", "please"),
    ("thx", ""), ("thanks", ""), ("cod", "cash on delivery"), ("login", "log in"), ("signin", "log in"),
    ("sign", "log"), ("refunded", "refund"), ("atm", "at the moment"), ("asap", "soon"), ("til", "until"),
    ("til", "until"), ("pwd", "password"), ("ac", "air conditioner"), ("aircon", "air conditioner"),
    ("instalment", "installment"), ("instalments", "installment"), ("tmrw", "tomorrow"), ("msg", "message"),
    ("tv", "television"), ("fridges", "fridge"), ("refrigerator", "fridge"), ("sorry", ""), ("hello", ""), ("hi", ""),
];

#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "i", "me", "my", "mine", "we", "us", "our", "you", "your", "yours", "he", "she", "it", "they", "them", "their",
    "a", "an", "the", "this", "that", "these", "those", "there", "here", "and", "or", "but", "so", "of", "to", "in",
    "on", "at", "for", "from", "with", "by", "as", "into", "about", "up", "out", "if", "then", "than", "is", "am",
    "are", "was", "were", "be", "been", "being", "do", "does", "did", "has", "have", "had", "having", "can", "could",
    "will", "would", "shall", "should", "may", "might", "must", "want", "need", "like", "please", "know", "tell",
    "what", "which", "who", "how", "why", "not", "no", "yes", "just", "also", "any", "some", "more", "get", "got",
    "let", "say", "says", "still", "now", "ok", "okay", "hey", "thank", "well", "really", "very", "too", "again",
    "possible", "able", "take", "takes", "way", "use", "work", "works", "ask", "question", "help", "one", "go", "going", "make", "made",
];

#[rustfmt::skip]
const SYNONYMS: &[&[&str]] = &[
    &["price", "cost", "much"],
    &["discount", "promotion", "promo", "sale", "offer", "deal", "special", "rebate"],
    &["voucher", "coupon", "code"],
    &["stock", "available", "availability", "sold"],
    &["delivery", "deliver", "shipping", "ship", "shipment", "postage", "dispatch", "courier"],
    &["parcel", "package", "packet"],
    &["arrive", "arrival", "expect"],
    &["charge", "fee", "fees", "extra"],
    &["track", "status", "tracking", "trace"],
    &["cancel", "cancellation"],
    &["change", "move", "moved", "wrong", "mistake", "correct", "update"],
    &["pay", "payment", "paid", "transfer", "transferred"],
    &["confirm", "confirmation"],
    &["installment", "monthly"],
    &["return", "back"],
    &["exchange", "swap", "replace", "replacement"],
    &["refund", "money", "reimburse", "refunding"],
    &["warranty", "guarantee", "guaranteed"],
    &["broken", "damaged", "damage", "faulty", "defective", "smashed", "cracked", "broke", "dent", "fault"],
    &["open", "opening", "hours"],
    &["close", "closing", "closed", "shut", "until"],
    &["when", "soon"],
    &["store", "shop", "branch", "branches", "outlet", "showroom"],
    &["location", "located", "where", "nearest"],
    &["password", "passcode"],
    &["lock", "locked", "blocked"],
    &["log", "login"],
    &["invoice", "bill", "receipt"],
    &["install", "installation", "fit", "installer", "mount", "setup"],
    &["technician", "engineer", "repairman"],
    &["member", "membership", "join"],
    &["point", "points", "reward", "rewards"],
    &["item", "product", "goods", "thing"],
    &["purchase", "order"],
];
