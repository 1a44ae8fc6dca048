//! Sound: codecs, WAV, prompts as ready-to-send frames, RTP and telephone-event packets, keys and speech in audio. No
//! sockets, no clocks.

mod activity;
mod built_in;
mod codec;
mod companded;
mod conceal;
mod dtmf;
mod ear;
mod echo;
mod finish;
mod g711;
mod half_band;
mod heard;
mod level;
mod library;
mod music;
mod noise;
mod player;
mod recorder;
mod recording;
mod resample;
mod rtp;
mod splice;
mod srtp;
mod strand;
mod talk;
mod tone;
mod voice;
mod wav;

pub use activity::{Speech, SpeechDetector};
pub use built_in::built_in_sounds;
pub use codec::{Band, Codec, FRAME, Law, OPUS_FRAME, SAMPLE_RATE};
pub use dtmf::{ToneDetector, Tones};
pub use ear::Ear;
pub use echo::{EchoCanceller, Said};
pub use half_band::{Doubler, Halver};
pub use heard::{HEARD_SAMPLES, HeardFrame, Listener};
pub use level::Level;
pub use library::{Library, Sound, UnreadableSound};
pub use music::hold_music;
pub use noise::Noise;
pub use player::{Ended, Filled, MAX_PLAYS, Part, Player};
pub use recorder::{Recorded, Recorder, Records};
pub use recording::Recording;
pub use rtp::{
    CNAME, Content, Control, ControlPacket, EventPacket, JitterBuffer, KeyPress, KeyQueue,
    KeyReceiver, KeySender, KeyTurn, LEARN_WINDOW, MAX_PACKED, MAX_REPORT, NoiseLevel, Outgoing,
    RTP_HEADER, Reception, ReportBlock, RtpHeader, RtpPacket, SenderInfo, Sent, Source,
    SourcePolicy, Standing, TelephoneEvent, Told, Verdict, is_control, opinion, parse_control,
};
pub use splice::{Piece, Splicer};
pub use srtp::{BadKey, MAX_SRTP_OVERHEAD, MasterKey, Opener, Sealer, Suite, Unopened};
pub use talk::{TalkRecorder, Voice};
pub use tone::{beep, ringing_tone};
pub use voice::{Decoder, Encoder, MAX_DECODED};
pub use wav::{
    MAX_CHANNELS, MAX_DURATION, MAX_WAV_BYTES, WAV_HEAD, WavError, WavFormat, wav_head, wav_head_of,
};
