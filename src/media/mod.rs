//! Sound: G.711, WAV, prompts as ready-to-send frames, RTP and telephone-event packets. No sockets, no clocks.
