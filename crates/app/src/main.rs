//! The Mintage server.

fn main() {}
