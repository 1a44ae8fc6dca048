//! SIP as a sans-IO machine: datagrams and time in, datagrams and events out.
