//! A Stripe that answers as the simulated one does, but for some paths.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use serde_json::Value;

use super::stripe::StripeSide;
use super::wire::{Message, Request};

/// An answer in place of the simulator's.
#[derive(Clone)]
pub(crate) struct Rewrite {
    /// The beginning of the paths.
    pub(crate) path: &'static str,
    /// The body; `None` leaves the simulator's.
    pub(crate) body: Option<Value>,
    /// The header `Date`.
    pub(crate) date: Option<&'static str>,
}

/// Starts it; returns its URL. It takes GET requests, and ends with the tests.
pub(crate) fn rewriting(stripe: StripeSide, rewrite: Rewrite) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let rewrite = rewrite.clone();
            thread::spawn(move || answer(stream, stripe, &rewrite));
        }
    });
    url
}

fn answer(mut stream: TcpStream, stripe: StripeSide, rewrite: &Rewrite) {
    // A client that hangs up has nothing to be answered.
    let Ok(asked) = Message::read(&stream, false) else {
        return;
    };
    let path = asked.first.split(' ').nth(1).unwrap_or_default();
    let mut request = Request::get(path);
    for (name, known) in [
        ("authorization", "Authorization"),
        ("stripe-account", "Stripe-Account"),
        ("stripe-version", "Stripe-Version"),
    ] {
        if let Some(value) = asked.header(name) {
            request = request.header(known, value);
        }
    }
    let answer = stripe.0.call(&request);
    let is_meant = path.starts_with(rewrite.path);
    let body = match &rewrite.body {
        Some(body) if is_meant => body.to_string().into_bytes(),
        _ => answer.message.body.clone(),
    };
    let date = match rewrite.date {
        Some(date) if is_meant => date,
        _ => answer.header("date").unwrap_or_default(),
    };
    let head = format!(
        "HTTP/1.1 {} So\r\nConnection: close\r\nDate: {date}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        answer.status,
        body.len()
    );
    // As above.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
}
