//! Certificates of private authorities, on a server of openssl.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mintage_domain::ports::{AnswerBody, Http, HttpError};

use super::{Reach, config, get};
use crate::{Certificate, HttpClient};

/// A server whose certificate is signed by its own key.
struct TlsServer {
    process: Child,
    port: String,
    pem: Vec<u8>,
}

impl TlsServer {
    fn start(directory: &Path) -> Self {
        let [pem, key] = ["pem", "key"].map(|name| directory.join(name));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
            .args(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=test", "-addext"])
            .args(["subjectAltName=IP:127.0.0.1", "-addext"])
            .args(["basicConstraints=critical,CA:FALSE", "-out"])
            .arg(&pem)
            .arg("-keyout")
            .arg(&key)
            .output()
            .expect("openssl");
        assert!(made.status.success(), "{made:?}");
        let mut process = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert"])
            .arg(&pem)
            .arg("-key")
            .arg(&key)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let mut lines = lines.map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.strip_prefix("ACCEPT ")?.rsplit_once(':')?;
            Some(port.to_owned())
        });
        Self {
            process,
            port: port.expect("a port"),
            pem: std::fs::read(pem).expect("a certificate"),
        }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // A process that has ended by itself has stopped as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_private_authority_is_accepted_only_if_it_is_configured() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = TlsServer::start(directory.path());
    let mut request = get(format!("https://127.0.0.1:{}/", server.port));
    request.answer = AnswerBody::Start(1);
    let own = Certificate::all_of_pem(&server.pem).expect("a certificate");
    let send = |authorities| {
        let mut config = config(Reach::Anywhere);
        config.authorities = authorities;
        let client = HttpClient::new(config).expect("a client");
        client.send(&request).map(|answer| answer.status)
    };
    assert!(matches!(send(Vec::new()), Err(HttpError::Unreachable(_))));
    assert_eq!(send(own), Ok(200));
}

#[test]
fn a_text_without_a_certificate_is_refused() {
    for text in ["", "none", "-----BEGIN CERTIFICATE-----\nx\n"] {
        assert!(
            Certificate::all_of_pem(text.as_bytes()).is_err(),
            "{text:?}"
        );
    }
}
