//! The words of reports, in English and Indonesian.

use clap::ValueEnum;

/// The language of titles and columns. Names of fields in CSV and JSON are the same in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Tongue {
    /// English
    #[default]
    En,
    /// Indonesian
    Id,
}

impl Tongue {
    /// The language tag of the page.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
        }
    }

    /// The one of two texts that is in this language.
    pub(super) fn pick(self, en: impl Into<String>, id: impl Into<String>) -> String {
        match self {
            Self::En => en.into(),
            Self::Id => id.into(),
        }
    }

    /// What a field or title is called. What has no word yet is called by its own name.
    pub(super) fn say(self, key: &'static str) -> &'static str {
        let Ok(place) = WORDS.binary_search_by_key(&key, |word| word.0) else { return key };
        let (_, en, id) = WORDS[place];
        match self {
            Self::En => en,
            Self::Id => id,
        }
    }
}

/// Field, English, Indonesian; in order of the field.
const WORDS: &[(&str, &str, &str)] = &[
    ("abandon", "abandon", "lepas"),
    ("abandon_raw", "raw", "mentah"),
    ("abandoned", "abandoned", "lepas"),
    ("abandoned_in_ivr", "left in the flow", "putus di alur"),
    ("acw", "ACW", "ACW"),
    ("agent", "agent", "agen"),
    ("agents", "Agents", "Agen"),
    ("agents_n", "agents", "agen"),
    ("aht", "AHT", "AHT"),
    ("anonymous", "no number", "tanpa nomor"),
    ("answer", "answer", "jawaban"),
    ("answered", "answered", "terjawab"),
    ("answers", "answers", "jawaban"),
    ("answers_given", "Answers, question by question", "Jawaban per pertanyaan"),
    ("arrivals", "arrivals", "kedatangan"),
    ("asa", "ASA", "ASA"),
    ("asked", "asked", "diminta"),
    ("at", "at", "pukul"),
    ("att", "ATT", "ATT"),
    ("attended", "attended", "konsultasi"),
    ("below", "below", "di bawah"),
    ("blind", "blind", "langsung"),
    ("break", "break", "istirahat"),
    ("callbacks", "Callbacks", "Telepon balik"),
    ("called_again", "rang", "menelepon"),
    ("caller_left", "caller left", "ditutup"),
    ("calls", "Calls", "Panggilan"),
    ("chart_agents", "How agents spent their time", "Pemakaian waktu agen"),
    ("chart_arrivals", "Contacts per interval", "Kontak per interval"),
    ("chart_level", "Service level per interval", "Tingkat layanan per interval"),
    ("chart_waits", "How long callers waited for an answer", "Lama tunggu sampai terjawab"),
    ("closed", "closed", "selesai"),
    ("contact", "contact", "kontak"),
    ("contacts", "Contacts", "Kontak"),
    ("contained", "contained", "tuntas di alur"),
    ("count", "count", "jumlah"),
    ("csat", "CSAT", "CSAT"),
    ("days", "days", "hari"),
    ("done", "done", "terlaksana"),
    ("end", "end", "akhir"),
    ("erlangs", "erlang", "erlang"),
    ("ewt_close", "told well", "perkiraan tepat"),
    ("ewt_error", "EWT error", "galat EWT"),
    ("exhausted", "failed", "gagal"),
    ("expired", "late", "lewat"),
    ("fcr", "FCR gross", "FCR kotor"),
    ("fcr_net", "FCR net", "FCR bersih"),
    ("fcr_unnumbered", "FCR: no number", "FCR: tanpa nomor"),
    ("figure", "figure", "angka"),
    ("first_open_p50", "first open p50", "respons jam buka p50"),
    ("first_open_p90", "first open p90", "respons jam buka p90"),
    ("first_p50", "first p50", "respons p50"),
    ("first_p90", "first p90", "respons p90"),
    ("from", "from", "mulai"),
    ("goal", "goal", "target"),
    ("handled", "handled", "ditangani"),
    ("handling", "busy", "melayani"),
    ("held", "hold", "tahan"),
    ("high", "to", "hingga"),
    ("intervals", "Intervals", "Interval"),
    ("kept", "kept", "ditepati"),
    ("late", "late", "terlambat"),
    ("level", "SL", "SL"),
    ("levels", "Service level, every way", "Tingkat layanan, semua rumus"),
    ("line", "The line", "Antrean"),
    ("logged_in", "login", "masuk"),
    ("lost", "lost", "hilang"),
    ("low", "95 % from", "95 % dari"),
    ("max", "max", "maks"),
    ("medium", "medium", "jalur"),
    ("met", "met", "tercapai"),
    ("missed", "missed", "tak diangkat"),
    ("missed_raw", "raw", "mentah"),
    ("none", "nothing on these days", "tidak ada pada hari-hari ini"),
    ("nps", "NPS", "NPS"),
    ("occupancy", "occup.", "okupansi"),
    ("of", "of", "dari"),
    ("offered", "offered", "masuk"),
    ("offers", "offers", "tawaran"),
    ("open", "open", "terbuka"),
    ("opened", "opened", "dibuka"),
    ("other", "other", "lain"),
    ("p50", "p50", "p50"),
    ("p90", "p90", "p90"),
    ("p99", "p99", "p99"),
    ("passed", "Passed on, and missed", "Diteruskan, dan tak diangkat"),
    ("passed_on", "passed on", "diteruskan"),
    ("per_day", "/ day", "/ hari"),
    ("per_hour", "/ hour", "/ jam"),
    ("priority", "prio", "prio"),
    ("question", "question", "pertanyaan"),
    ("queue", "queue", "antrean"),
    ("queues", "Queues", "Antrean"),
    ("ready", "ready", "siap"),
    ("refused", "refused", "ditolak"),
    ("repeated", "called again", "menelepon lagi"),
    ("report", "Report", "Laporan"),
    ("resolution_open_p50", "done open p50", "selesai jam buka p50"),
    ("resolution_open_p90", "done open p90", "selesai jam buka p90"),
    ("resolution_p50", "done p50", "selesai p50"),
    ("resolution_p90", "done p90", "selesai p90"),
    ("resolved", "settled by the flow", "tuntas di alur"),
    ("response", "response", "tanggapan"),
    ("roster", "roster", "jadwal"),
    ("share", "share", "bagian"),
    ("short", "short", "singkat"),
    ("sort", "sort", "jenis"),
    ("staff_plan", "Agents for the load of these days", "Agen untuk beban hari-hari ini"),
    ("staffing", "Agents for this load", "Agen untuk beban ini"),
    ("survey", "What callers say", "Kata penelepon"),
    ("talk", "talk", "bicara"),
    ("talks", "talks", "percakapan"),
    ("tickets", "Tickets", "Tiket"),
    ("time_to_abandon", "to abandon", "sampai lepas"),
    ("to_human", "to a person", "ke petugas"),
    ("to_queue", "to a line", "ke antrean"),
    ("tries", "tries", "percobaan"),
    ("truly_contained", "and did not call again", "dan tidak menelepon lagi"),
    ("unavailable", "not available", "tidak tersedia"),
    ("unknown", "unknown", "tidak diketahui"),
    ("utilisation", "util.", "utilisasi"),
    ("value", "value", "nilai"),
    ("wait", "wait", "tunggu"),
    ("waiting", "waiting", "menunggu"),
    ("waiting_now", "waiting now", "masih antre"),
    ("waits", "Waits", "Waktu tunggu"),
    ("withdrawn", "taken back", "batal"),
    ("work", "Work", "Pekerjaan"),
    ("wrapup", "wrap-up", "wrap-up"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_because_they_are_in_order() {
        let fields: Vec<_> = WORDS.iter().map(|word| word.0).collect();
        let mut sorted = fields.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(fields, sorted);
        assert_eq!(Tongue::Id.say("waiting"), "menunggu");
        assert_eq!(Tongue::En.say("no such word"), "no such word");
    }
}
