//! One connection: a request, its answer, the next request.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::error::{BenchError, BenchResult};
use crate::load::answer;
use crate::load::caller::Caller;

/// The most bytes of an unexpected answer that are shown.
const SHOWN: usize = 400;

/// A connection that is kept open.
pub(super) struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> BenchResult<Self> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(BenchError::cannot(&format!("connect to {address}")))?;
        stream
            .set_nodelay(true)
            .map_err(BenchError::cannot("set up a connection"))?;
        Ok(Self {
            stream,
            request: Vec::with_capacity(4096),
            received: Vec::with_capacity(8192),
        })
    }

    /// Makes the next request; `false` if there is none.
    pub(super) fn prepare(&mut self, caller: &mut dyn Caller) -> bool {
        self.request.clear();
        caller.write(&mut self.request)
    }

    /// Sends the request that was made, and checks its answer.
    pub(super) async fn exchange(&mut self, caller: &dyn Caller) -> BenchResult<()> {
        let answer = self
            .receive()
            .await
            .map_err(BenchError::cannot("get an answer"))?;
        let body = &self.received[answer.body..answer.end];
        if !caller.accepts(answer.status, body) {
            let shown = &body[..body.len().min(SHOWN)];
            return Err(BenchError::new(format!(
                "unexpected answer {}: {}\nto the request\n{}",
                answer.status,
                String::from_utf8_lossy(shown),
                String::from_utf8_lossy(&self.request)
            )));
        }
        Ok(())
    }

    async fn receive(&mut self) -> io::Result<answer::Answer> {
        self.stream.write_all(&self.request).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match answer::find(&self.received) {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => {}
                Err(answer::NotAnAnswer) => {
                    return Err(io::Error::other("the bytes are not an HTTP answer"));
                }
            }
        }
    }
}
