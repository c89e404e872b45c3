//! The session of one client.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use data_encoding::BASE64;

use crate::loopback::smtp::manner::Manner;
use crate::loopback::smtp::received::Received;
use crate::loopback::smtp::shared::Shared;

/// The reply to `EHLO`: the extensions that the server offers.
const GREETING: &str = "250-loopback.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN";

/// The reply without SMTPUTF8.
const ASCII_GREETING: &str = "250-loopback.test\r\n250-8BITMIME\r\n250 AUTH PLAIN";

const READ_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut session = Session {
        lines: BufReader::new(stream.try_clone()?),
        stream,
        shared,
        sender: String::new(),
        readers: Vec::new(),
        login: None,
    };
    session.run()
}

struct Session<'a> {
    lines: BufReader<TcpStream>,
    stream: TcpStream,
    shared: &'a Shared,
    sender: String,
    readers: Vec<String>,
    login: Option<(String, String)>,
}

impl Session<'_> {
    fn reply(&mut self, line: &str) -> io::Result<()> {
        write!(self.stream, "{line}\r\n")
    }

    /// Reads the next line without its end. Returns an error if the client has closed the
    /// connection.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.lines.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(line)
    }

    fn run(&mut self) -> io::Result<()> {
        if self.shared.manner() == Manner::Closed {
            return self.reply("421 4.3.2 closed for today");
        }
        self.reply("220 loopback.test ESMTP")?;
        loop {
            let line = self.line()?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let manner = self.shared.manner();
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" if manner == Manner::AsciiOnly => self.reply(ASCII_GREETING)?,
                "EHLO" => self.reply(GREETING)?,
                "AUTH" => self.log_in(rest)?,
                "MAIL" => self.mail(rest, manner)?,
                "RCPT" => self.reader(rest, manner)?,
                "DATA" => self.data(manner)?,
                "QUIT" => return self.reply("221 2.0.0 bye"),
                _ => self.reply("500 5.5.1 unknown")?,
            }
        }
    }

    fn log_in(&mut self, rest: &str) -> io::Result<()> {
        let credentials = rest
            .split_once(' ')
            .and_then(|(_, text)| BASE64.decode(text.as_bytes()).ok());
        let text = String::from_utf8(credentials.unwrap_or_default()).unwrap_or_default();
        let mut parts = text.split('\0').skip(1).map(str::to_owned);
        let login = parts.next().zip(parts.next());
        if login.is_some() && login == self.shared.login {
            self.login = login;
            return self.reply("235 2.7.0 welcome");
        }
        self.reply("535 5.7.8 no such login")
    }

    fn mail(&mut self, rest: &str, manner: Manner) -> io::Result<()> {
        if manner == Manner::RefusingSenders {
            return self.reply("550 5.7.1 not for you");
        }
        if self.shared.login.is_some() && self.login.is_none() {
            return self.reply("530 5.7.0 log in first");
        }
        self.sender = address(rest);
        self.readers.clear();
        self.reply("250 2.1.0 ok")
    }

    fn reader(&mut self, rest: &str, manner: Manner) -> io::Result<()> {
        match manner {
            Manner::RefusingReaders => self.reply("550 5.1.1 nobody of that name"),
            Manner::RefusingRelay => self.reply("550 5.7.1 relaying denied"),
            Manner::Busy => self.reply("451 4.7.1 come again later"),
            _ => {
                self.readers.push(address(rest));
                self.reply("250 2.1.5 ok")
            }
        }
    }

    fn data(&mut self, manner: Manner) -> io::Result<()> {
        self.reply("354 go on")?;
        let mut data = String::new();
        loop {
            let line = self.line()?;
            if line == "." {
                break;
            }
            // The client doubles a dot at the beginning of a line.
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
            data.push('\n');
        }
        match manner {
            Manner::HangingUp => Err(io::ErrorKind::ConnectionAborted.into()),
            Manner::RefusingContent => {
                // Some servers quote the message that they refuse.
                let quoted: String = data.split_whitespace().collect::<Vec<_>>().join(" ");
                let lines: Vec<&[u8]> = quoted.as_bytes().chunks(400).collect();
                for line in lines {
                    let line = String::from_utf8_lossy(line);
                    self.reply(&format!("554-5.7.1 unwanted: {line}"))?;
                }
                self.reply("554 5.7.1 unwanted")
            }
            _ => {
                self.shared.take(Received {
                    sender: self.sender.clone(),
                    readers: self.readers.clone(),
                    login: self.login.clone(),
                    data,
                });
                self.reply("250 2.0.0 taken")
            }
        }
    }
}

/// The text between the angle brackets.
fn address(text: &str) -> String {
    let inner = text
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or("", |(address, _)| address).to_owned()
}
