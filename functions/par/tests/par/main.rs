//! The pushed authorization request endpoint, one request at a time, by the sections of RFC 9126.

mod section_2;
mod support;
