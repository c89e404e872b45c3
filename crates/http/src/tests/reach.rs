//! The address guard.

use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use mintage_domain::ports::{Http, HttpError};
use mintage_testkit::loopback::http::{Answer, LoopbackServer, Reply};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::{client, config, get};
use crate::{HttpClient, Reach};

fn server() -> LoopbackServer {
    LoopbackServer::start(Reply::Answer(Answer::new(200, "")))
}

fn port_of(server: &LoopbackServer) -> u16 {
    let url = server.url("");
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok());
    port.expect("a port")
}

fn public_and(subnets: &[&str]) -> Reach {
    let subnet = |text: &&str| text.parse().expect("a subnet");
    Reach::PublicOnly {
        allow: subnets.iter().map(subnet).collect(),
    }
}

/// A resolver with one answer for each query, whose last answer is repeated. An
/// empty answer is a name that does not exist.
#[derive(Debug)]
struct ChangingResolver {
    port: u16,
    answers: Mutex<Vec<Vec<IpAddr>>>,
}

impl ChangingResolver {
    fn new(port: u16, answers: &[&[&str]]) -> Self {
        let parse = |texts: &&[&str]| {
            let address = |text: &&str| text.parse().expect("an address");
            texts.iter().map(address).collect()
        };
        Self {
            port,
            answers: Mutex::new(answers.iter().rev().map(parse).collect()),
        }
    }
}

impl Resolver for ChangingResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut answers = self.answers.lock().expect("a lock");
        let answer = if answers.len() > 1 {
            answers.pop()
        } else {
            answers.last().cloned()
        };
        let mut found = self.empty();
        for address in answer.unwrap_or_default() {
            found.push(SocketAddr::new(address, self.port));
        }
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(found)
    }
}

#[test]
fn no_way_of_writing_loopback_passes() {
    let server = server();
    let port = port_of(&server);
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "localhost",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
    ] {
        let request = get(format!("http://{host}:{port}/"));
        let result = client(public_and(&[]))
            .send(&request)
            .map(|answer| answer.status);
        assert_eq!(result, Err(HttpError::ForbiddenAddress), "{host}");
    }
    assert_eq!(server.received(), []);
}

#[test]
fn an_allowed_subnet_is_reached() {
    let server = server();
    for (allowed, expected) in [
        ("127.0.0.0/8", Ok(200)),
        ("127.0.0.1/32", Ok(200)),
        ("127.0.0.2/32", Err(HttpError::ForbiddenAddress)),
        ("::1/128", Err(HttpError::ForbiddenAddress)),
    ] {
        let result = client(public_and(&[allowed])).send(&get(server.url("/")));
        assert_eq!(result.map(|answer| answer.status), expected, "{allowed}");
    }
}

#[test]
fn a_name_that_turns_private_between_two_requests_is_refused() {
    let server = server();
    let names = ChangingResolver::new(port_of(&server), &[&["127.0.0.1"], &["127.0.0.2"]]);
    let client =
        HttpClient::with_resolver(config(public_and(&["127.0.0.1/32"])), names).expect("a client");
    let request = get("http://shop.test/");
    let send = || client.send(&request).map(|answer| answer.status);
    assert_eq!(send(), Ok(200));
    assert_eq!(send(), Err(HttpError::ForbiddenAddress));
    assert_eq!(server.received().len(), 1);
}

#[test]
fn the_checked_address_is_the_one_connected_to() {
    // Were the name looked up again for connecting, the second answer would be used.
    let server = server();
    let names = ChangingResolver::new(port_of(&server), &[&["127.0.0.1"], &["127.0.0.9"]]);
    let client =
        HttpClient::with_resolver(config(public_and(&["127.0.0.1/32"])), names).expect("a client");
    let answer = client.send(&get("http://shop.test/"));
    assert_eq!(answer.map(|answer| answer.status), Ok(200));
    assert_eq!(server.received().len(), 1);
}

#[test]
fn of_several_addresses_only_those_within_reach_are_tried() {
    let server = server();
    let addresses: &[&str] = &["10.0.0.1", "169.254.169.254", "127.0.0.1", "fd00::1"];
    let names = ChangingResolver::new(port_of(&server), &[addresses]);
    let client =
        HttpClient::with_resolver(config(public_and(&["127.0.0.1/32"])), names).expect("a client");
    let answer = client.send(&get("http://shop.test/"));
    assert_eq!(answer.map(|answer| answer.status), Ok(200));
}

#[test]
fn a_name_that_does_not_exist_looks_to_tenants_like_one_within_the_network() {
    let not_found = HttpError::Unreachable("host not found".to_owned());
    for (reach, expected) in [
        (Reach::Anywhere, not_found),
        (public_and(&[]), HttpError::ForbiddenAddress),
        (public_and(&["127.0.0.0/8"]), HttpError::ForbiddenAddress),
    ] {
        let names = ChangingResolver::new(80, &[&[]]);
        let client = HttpClient::with_resolver(config(reach), names).expect("a client");
        let error = client
            .send(&get("http://shop.test/"))
            .expect_err("no address");
        assert_eq!(error, expected);
    }
}

#[test]
fn plain_http_reaches_allowed_subnets_only() {
    for (url, reach, is_reached) in [
        ("https://1.1.1.1/", public_and(&[]), true),
        ("http://1.1.1.1/", public_and(&[]), false),
        ("http://1.1.1.1/", public_and(&["10.0.0.0/8"]), false),
        ("http://10.1.1.1/", public_and(&["10.0.0.0/8"]), true),
        ("https://10.1.1.1/", public_and(&["10.0.0.0/8"]), true),
        ("https://10.1.1.1/", public_and(&[]), false),
        ("http://[fd00::1]/", public_and(&["fd00::/8"]), true),
        ("https://[::ffff:10.0.0.1]/", public_and(&[]), false),
        ("https://[2606:4700:4700::1111]/", public_and(&[]), true),
        ("http://1.1.1.1/", Reach::Anywhere, true),
        ("http://shop.test/", public_and(&[]), true),
    ] {
        let expected = if is_reached {
            Ok(())
        } else {
            Err(HttpError::ForbiddenAddress)
        };
        assert_eq!(client(reach).check_url(url), expected, "{url}");
    }
}

#[test]
fn a_name_is_not_reached_over_plain_http_at_a_public_address() {
    let names = ChangingResolver::new(80, &[&["1.1.1.1"]]);
    let reach = config(public_and(&["127.0.0.0/8"]));
    let client = HttpClient::with_resolver(reach, names).expect("a client");
    let answer = client.send(&get("http://shop.test/"));
    assert_eq!(
        answer.map(|answer| answer.status),
        Err(HttpError::ForbiddenAddress)
    );
}
