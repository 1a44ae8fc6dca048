//! Indonesian, word for word.

use super::*;

#[test]
fn indonesian_numbers() {
    hold(
        "id",
        &FORMAL,
        &[
            (SayAs::Number, "0", "nol"),
            (SayAs::Number, "10", "sepuluh"),
            (SayAs::Number, "11", "sebelas"),
            (SayAs::Number, "12", "dua belas"),
            (SayAs::Number, "19", "sembilan belas"),
            (SayAs::Number, "21", "dua puluh satu"),
            (SayAs::Number, "100", "seratus"),
            (SayAs::Number, "101", "seratus satu"),
            (SayAs::Number, "110", "seratus sepuluh"),
            (SayAs::Number, "111", "seratus sebelas"),
            (SayAs::Number, "1000", "seribu"),
            (SayAs::Number, "1001", "seribu satu"),
            (SayAs::Number, "1011", "seribu sebelas"),
            (SayAs::Number, "1100", "seribu seratus"),
            (SayAs::Number, "11000", "sebelas ribu"),
            (SayAs::Number, "21000", "dua puluh satu ribu"),
            (SayAs::Number, "101000", "seratus satu ribu"),
            (SayAs::Number, "111111", "seratus sebelas ribu seratus sebelas"),
            (SayAs::Number, "1000000", "satu juta"),
            (SayAs::Number, "1001000", "satu juta seribu"),
            (SayAs::Number, "1000000000", "satu miliar"),
            (SayAs::Number, "1000000000000", "satu triliun"),
            (
                SayAs::Number,
                "999999999999999",
                "sembilan ratus sembilan puluh sembilan triliun sembilan ratus sembilan puluh sembilan miliar \
             sembilan ratus sembilan puluh sembilan juta sembilan ratus sembilan puluh sembilan ribu \
             sembilan ratus sembilan puluh sembilan",
            ),
            (
                SayAs::Number,
                "1000000000000000",
                "satu nol nol nol, nol nol nol nol, nol nol nol nol, nol nol nol nol",
            ),
            (SayAs::Number, "3.14", "tiga koma satu empat"),
            (SayAs::Number, "-0.05", "minus nol koma nol lima"),
            (SayAs::Number, "-5", "minus lima"),
            (SayAs::Count, "3", "tiga"),
            (SayAs::Count, "1", "satu"),
            (SayAs::Ordinal, "1", "pertama"),
            (SayAs::Ordinal, "2", "kedua"),
            (SayAs::Ordinal, "3", "ketiga"),
            (SayAs::Ordinal, "10", "kesepuluh"),
            (SayAs::Ordinal, "11", "kesebelas"),
            (SayAs::Ordinal, "12", "kedua belas"),
            (SayAs::Ordinal, "21", "kedua puluh satu"),
            (SayAs::Ordinal, "100", "keseratus"),
            (SayAs::Ordinal, "111", "keseratus sebelas"),
            (SayAs::Ordinal, "215", "kedua ratus lima belas"),
            (SayAs::Ordinal, "1000", "keseribu"),
            (SayAs::Ordinal, "1001", "keseribu satu"),
            (SayAs::Ordinal, "21000", "kedua puluh satu ribu"),
            (SayAs::Ordinal, "1000000", "kesatu juta"),
            (SayAs::Year, "1998", "seribu sembilan ratus sembilan puluh delapan"),
            (SayAs::Year, "2026", "dua ribu dua puluh enam"),
        ],
    );
}

#[test]
fn indonesian_money_dates_and_times() {
    hold(
        "id",
        &FORMAL,
        &[
            (SayAs::Money, "IDR 1250500", "satu juta dua ratus lima puluh ribu lima ratus rupiah"),
            (SayAs::Money, "IDR 150000.75", "seratus lima puluh ribu rupiah"),
            (SayAs::Money, "IDR 0", "nol rupiah"),
            (SayAs::Money, "IDR -0.5", "nol rupiah"),
            (SayAs::Money, "IDR -1000", "minus seribu rupiah"),
            (SayAs::Money, "USD 12.50", "dua belas dolar Amerika lima puluh sen"),
            (SayAs::Money, "EUR 1", "satu euro"),
            (SayAs::Money, "GBP 0.01", "satu penny"),
            (SayAs::Money, "SGD 3", "tiga dolar Singapura"),
            (SayAs::Money, "MYR 2.20", "dua ringgit dua puluh sen"),
            (SayAs::Money, "JPY 700", "tujuh ratus yen"),
            (SayAs::Money, "AUD 5", "lima dolar Australia"),
            (SayAs::Money, "CHF 12.05", "dua belas koma nol lima C H F"),
            (SayAs::Money, "KWD 0.125", "nol koma satu dua lima K W D"),
            (SayAs::DateFull, "2026-08-17", "Senin, tujuh belas Agustus dua ribu dua puluh enam"),
            (SayAs::Date, "2026-08-17", "tujuh belas Agustus dua ribu dua puluh enam"),
            (SayAs::DateShort, "2026-03-06", "enam Maret"),
            (SayAs::Time, "14:30", "pukul empat belas tiga puluh"),
            (SayAs::Time, "08:05", "pukul delapan lewat lima menit"),
            (SayAs::Time, "08:00", "pukul delapan"),
            (SayAs::Time, "00:00", "pukul nol"),
            (SayAs::Duration, "60", "satu menit"),
            (SayAs::Duration, "120", "dua menit"),
            (SayAs::Duration, "3725", "satu jam dua menit lima detik"),
            (SayAs::Duration, "0", "nol detik"),
            (SayAs::Duration, "172800", "dua hari"),
            (SayAs::When, "2026-03-05T08:00", "besok pukul delapan pagi"),
            (SayAs::When, "2026-03-04T14:30", "hari ini pukul dua tiga puluh siang"),
            (SayAs::When, "2026-03-09T08:05", "hari Senin pukul delapan lewat lima menit pagi"),
            (SayAs::When, "2026-03-10T19:00", "hari Selasa pukul tujuh malam"),
            (SayAs::When, "2026-03-11T18:00", "tanggal sebelas Maret pukul enam petang"),
            (
                SayAs::When,
                "2027-01-01T00:10",
                "tanggal satu Januari dua ribu dua puluh tujuh pukul dua belas sepuluh dini hari",
            ),
            (SayAs::When, "2026-03-03T17:00", "kemarin pukul lima sore"),
            (SayAs::When, "2026-03-01", "tanggal satu Maret"),
            (SayAs::When, "2026-03-05", "besok"),
        ],
    );
    let other = Settings { minutes: Minutes::Digits, ..FORMAL };
    hold("id", &other, &[(SayAs::Time, "08:05", "pukul delapan nol lima")]);
    let conversational = Settings { clock: Clock::Conversational, ..FORMAL };
    hold(
        "id",
        &conversational,
        &[
            (SayAs::Time, "00:30", "pukul dua belas tiga puluh dini hari"),
            (SayAs::Time, "03:59", "pukul tiga lima puluh sembilan dini hari"),
            (SayAs::Time, "04:00", "pukul empat pagi"),
            (SayAs::Time, "10:00", "pukul sepuluh pagi"),
            (SayAs::Time, "11:00", "pukul sebelas siang"),
            (SayAs::Time, "12:00", "pukul dua belas siang"),
            (SayAs::Time, "14:00", "pukul dua siang"),
            (SayAs::Time, "15:00", "pukul tiga sore"),
            (SayAs::Time, "17:00", "pukul lima sore"),
            (SayAs::Time, "18:00", "pukul enam petang"),
            (SayAs::Time, "19:00", "pukul tujuh malam"),
            (SayAs::Time, "23:15", "pukul sebelas lima belas malam"),
        ],
    );
}

#[test]
fn indonesian_strings_of_digits() {
    hold(
        "id",
        &FORMAL,
        &[
            (
                SayAs::Phone,
                "081234567890",
                "nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol",
            ),
            (
                SayAs::Phone,
                "+6281234567890",
                "nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol",
            ),
            (
                SayAs::Phone,
                "08123456789",
                "nol delapan satu dua, tiga empat lima, enam tujuh delapan sembilan",
            ),
            (
                SayAs::Phone,
                "0812345678901",
                "nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol satu",
            ),
            (SayAs::Digits, "1234", "satu dua tiga empat"),
            (SayAs::Digits, "ORD-2026", "O R D, dua nol dua enam"),
            (SayAs::Digits, "ab#1*", "A B pagar satu bintang"),
            (SayAs::Digits, "é1", "é satu"),
            (SayAs::Digits, "", ""),
            (SayAs::Text, "  Ibu Siti ", "Ibu Siti"),
            (SayAs::Text, "", ""),
        ],
    );
    let kosong = Settings { indonesian_zero: IndonesianZero::Kosong, ..FORMAL };
    hold("id", &kosong, &[(SayAs::Phone, "0800", "kosong delapan kosong kosong")]);
    let words =
        read(&Subject::Int(-20), SayAs::Digits, &Language::from("id"), None, &Settings::default());
    assert_eq!(written(&words.expect("digits")), "minus dua nol");
}
