//! Clients that send or take nothing: each is answered or closed in time, and disturbs nobody.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use mintage_domain::ports::Clock;
use serde_json::json;

use crate::harness::wire::{Message, Peer};
use crate::harness::{Request, Seller, Stage, sign};

/// A connection over which these bytes were sent.
fn sent(stage: &Stage, bytes: &str) -> TcpStream {
    let Peer(address) = stage.api.0;
    let mut stream = TcpStream::connect(address).expect("a connection");
    let patience = Some(Duration::from_secs(30));
    stream.set_read_timeout(patience).expect("a timeout");
    stream.write_all(bytes.as_bytes()).expect("room");
    stream
}

/// The head of a POST that promises a body of so many bytes.
fn promise(path: &str, length: usize, headers: &[(&str, &str)]) -> String {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    );
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head + "\r\n"
}

/// The status and the code that a connection is answered.
fn answer(stream: &TcpStream) -> (u16, String) {
    let message = Message::read(stream, true).expect("an answer");
    let status = message.first.split(' ').nth(1).expect("a status");
    let code = message.json()["error"]["code"].as_str().map(str::to_owned);
    (status.parse().expect("digits"), code.unwrap_or_default())
}

/// The headers of a signed call whose signature is wrong, which only the body shows.
fn signature_headers<'a>(api_key: &'a str, timestamp: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("Authorization", api_key),
        ("X-KeyStack-Timestamp", timestamp),
        ("X-KeyStack-Signature", "00"),
    ]
}

/// Promises a body that never comes, and is answered in time all the same.
fn refused_without_a_body(stage: &Stage, head: &str, expected: (u16, &str)) {
    let begun = Instant::now();
    let stream = sent(stage, head);
    let (status, code) = answer(&stream);
    assert_eq!((status, &*code), expected, "{head}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{head}");
}

#[test]
fn a_credential_is_refused_although_the_body_never_comes() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    for path in [
        "/v1/products",
        "/v1/api-keys",
        "/v1/issue",
        "/v1/validate",
        "/v1/activate",
        "/v1/heartbeat",
        "/v1/deactivate",
        "/api/acme/checkout",
    ] {
        let unknown = ("Authorization", "Bearer unknown");
        for headers in [&[][..], &[unknown]] {
            let head = promise(path, 100, headers);
            refused_without_a_body(&stage, &head, (401, "api/key-invalid"));
        }
    }
    let unsigned = promise("/api/stripe/webhook/connect", 100, &[]);
    refused_without_a_body(&stage, &unsigned, (400, "webhook/signature-invalid"));

    let bearer = |id: &str| format!("Bearer {id}");
    let api_key = bearer(&seller.api_key("pro", "FULL", "sandbox").id);
    let revoked = seller.api_key("pro", "FULL", "sandbox").id;
    let revoke = Request::post(format!("/v1/api-keys/{revoked}/revoke"));
    seller.manage(revoke).expect(200);
    let revoked = bearer(&revoked);
    let (now, old) = (seller.now().to_string(), (seller.now() - 301).to_string());
    let signed = signature_headers(&api_key, &now);
    for path in ["/v1/issue", "/v1/validate", "/v1/activate", "/v1/heartbeat"] {
        for (headers, code) in [
            (&signature_headers(&revoked, &now)[..], "api/key-invalid"),
            (&signed[..2], "api/signature-invalid"),
            (&signature_headers(&api_key, &old), "api/timestamp-replay"),
        ] {
            refused_without_a_body(&stage, &promise(path, 100, headers), (401, code));
        }
    }
    let public = bearer(&seller.publishable_key("pro", "sandbox"));
    let head = promise("/v1/issue", 100, &[("Authorization", &public)]);
    refused_without_a_body(&stage, &head, (403, "authz/role-insufficient"));
}

#[test]
fn a_body_that_is_announced_too_large_is_refused_although_it_never_comes() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let bearer = |credential: &str| format!("Bearer {credential}");
    let token = bearer(&seller.token);
    let api_key = bearer(&seller.api_key("pro", "FULL", "sandbox").id);
    let checkout_key = bearer(&seller.checkout_key);
    let now = seller.now().to_string();
    let signed = signature_headers(&api_key, &now);
    let event = "/api/stripe/webhook/connect";
    for (path, length, headers) in [
        ("/v1/products", 65_537, &[("Authorization", &*token)][..]),
        ("/v1/issue", 65_537, &signed),
        ("/v1/validate", 65_537, &signed),
        (
            "/api/acme/checkout",
            65_537,
            &[("Authorization", &checkout_key)],
        ),
        (event, (1 << 20) + 1, &[("Stripe-Signature", "t=1,v1=00")]),
    ] {
        let head = promise(path, length, headers);
        refused_without_a_body(&stage, &head, (413, "validation/body-too-large"));
    }
}

#[test]
fn a_body_has_ten_seconds_whether_it_rests_or_drips() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let token = format!("Bearer {}", seller.token);
    let api_key = format!("Bearer {}", seller.api_key("pro", "FULL", "sandbox").id);
    let now = seller.now().to_string();
    let heads = [
        promise("/v1/products", 1_000, &[("Authorization", &token)]),
        promise("/v1/issue", 1_000, &signature_headers(&api_key, &now)),
        promise(
            "/api/stripe/webhook/connect",
            100_000,
            &[("Stripe-Signature", "t=1,v1=00")],
        ),
    ];
    thread::scope(|scope| {
        for head in &heads {
            for drips in [false, true] {
                let stage = &stage;
                scope.spawn(move || {
                    let begun = Instant::now();
                    let mut stream = sent(stage, head);
                    while drips && begun.elapsed() < Duration::from_secs(9) {
                        thread::sleep(Duration::from_millis(500));
                        stream.write_all(b" ").expect("room");
                    }
                    assert_eq!(
                        answer(&stream),
                        (408, "validation/body-too-slow".to_owned())
                    );
                    let took = begun.elapsed().as_secs();
                    assert!((9..15).contains(&took), "{took} s");
                });
            }
        }
    });
}

#[test]
fn hundreds_of_idle_connections_keep_nobody_from_an_answer() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let token = format!("Bearer {}", seller.token);
    let heads = [
        String::new(),
        "POST /v1/products HTTP/1.1\r\nHost: ".to_owned(),
        promise("/v1/products", 1_000, &[]),
        promise("/v1/products", 1_000, &[("Authorization", &token)]),
        promise(
            "/api/stripe/webhook/connect",
            1_000_000,
            &[("Stripe-Signature", "t=1,v1=00")],
        ),
    ];
    let idle: Vec<TcpStream> = (0..300)
        .map(|nth| sent(&stage, &heads[nth % heads.len()]))
        .collect();
    for _ in 0..5 {
        let begun = Instant::now();
        stage.api.send(&Request::get("/healthz")).expect(200);
        seller.get("/v1/products");
        let body = json!({"id": "evt_1"}).to_string().into_bytes();
        let signed = sign::stripe("whsec_wrong", seller.now(), &body);
        let event = Request::post("/api/stripe/webhook/connect").header("Stripe-Signature", signed);
        let refused = stage.api.send(&event.body("application/json", body));
        assert_eq!(refused.status, 400);
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
    drop(idle);
}

#[test]
fn large_bodies_that_never_come_delay_no_event() {
    let stage = Stage::silent(&[]);
    let path = "/api/stripe/webhook/connect";
    let chunked = |signature: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nStripe-Signature: {signature}\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        )
    };
    let heads = [
        promise(path, 1_000_000, &[("Stripe-Signature", "t=1,v1=00")]),
        chunked("t=1,v1=00"),
    ];
    let idle: Vec<TcpStream> = (0..60)
        .map(|nth| sent(&stage, &heads[nth % heads.len()]))
        .collect();
    // Healthy answers show that the server has read the heads before.
    stage.api.send(&Request::get("/healthz")).expect(200);
    for length in [100, 100_000] {
        let begun = Instant::now();
        let body = " ".repeat(length);
        let now = stage.clock.now().unix_seconds();
        let signature = sign::stripe("whsec_wrong", now, body.as_bytes());
        let head = chunked(&signature);
        let stream = sent(&stage, &format!("{head}{length:x}\r\n{body}\r\n0\r\n\r\n"));
        let refused = (400, "webhook/signature-invalid".to_owned());
        assert_eq!(answer(&stream), refused, "{length}");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{length}: {took:?}");
    }
    drop(idle);
}

#[test]
fn a_client_that_takes_no_answer_is_closed() {
    let stage = Stage::silent(&[]);
    let one = stage.api.send(&Request::get("/openapi.json"));
    let asked = 30_000_000 / one.message.body.len();
    let mut stream = sent(&stage, "");
    let request = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    stream
        .write_all(request.repeat(asked).as_bytes())
        .expect("room");
    thread::sleep(Duration::from_secs(16));
    let mut taken = Vec::new();
    // A reset ends the answers as well as an end does.
    let _ = stream.read_to_end(&mut taken);
    let all = asked * one.message.body.len();
    assert!(taken.len() < all, "{} of {all} bytes", taken.len());
}

#[test]
fn an_idle_connection_is_kept_for_fifteen_seconds_and_then_closed() {
    let stage = Stage::silent(&[]);
    let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = sent(&stage, request);
    let assert_answered = |stream: &TcpStream| {
        let message = Message::read(stream, true).expect("an answer");
        assert!(message.first.starts_with("HTTP/1.1 200"));
    };
    for _ in 0..2 {
        assert_answered(&stream);
        thread::sleep(Duration::from_secs(12));
        stream.write_all(request.as_bytes()).expect("it is open");
    }
    assert_answered(&stream);
    let begun = Instant::now();
    let mut rest = Vec::new();
    // A reset ends the connection as well as an end does.
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(rest, b"");
    let took = begun.elapsed().as_secs();
    assert!((14..25).contains(&took), "{took} s");
}

#[test]
fn a_second_request_that_is_never_finished_is_closed_like_a_first() {
    let stage = Stage::silent(&[]);
    let mut stream = sent(&stage, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /hea");
    let begun = Instant::now();
    let mut taken = Vec::new();
    // As above.
    let _ = stream.read_to_end(&mut taken);
    assert!(taken.starts_with(b"HTTP/1.1 200"));
    let took = begun.elapsed().as_secs();
    assert!(took < 25, "{took} s");
}
