//! Finding the end of an answer, with as little work as possible.

/// A complete answer at the beginning of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where the body begins.
    pub(super) body: usize,
    /// Where the answer ends.
    pub(super) end: usize,
}

/// The bytes are not an answer with a `Content-Length`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotAnAnswer;

const LENGTH: &[u8] = b"content-length:";

/// Finds the answer at the beginning of the bytes; `None` if it is not complete yet.
pub(super) fn find(bytes: &[u8]) -> Result<Option<Answer>, NotAnAnswer> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let digits = bytes.get(9..12).ok_or(NotAnAnswer)?;
    let status = number(digits).ok_or(NotAnAnswer)?;
    let status = u16::try_from(status).map_err(|_| NotAnAnswer)?;
    let length = content_length(&bytes[..head]).ok_or(NotAnAnswer)?;
    let body = head + 4;
    let end = body.checked_add(length).ok_or(NotAnAnswer)?;
    Ok((bytes.len() >= end).then_some(Answer { status, body, end }))
}

fn content_length(head: &[u8]) -> Option<usize> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(LENGTH.len())?;
        name.eq_ignore_ascii_case(LENGTH)
            .then(|| number(value.trim_ascii()))?
    })
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 201 Created\r\ncontent-Length: 3\r\nx: y\r\n\r\nabcHTTP/1.1";

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let answer = Answer {
            status: 201,
            body: 49,
            end: 52,
        };
        assert_eq!(find(WHOLE), Ok(Some(answer)));
        assert_eq!(&WHOLE[49..52], b"abc");
        for end in 0..52 {
            assert_eq!(find(&WHOLE[..end]), Ok(None), "{end}");
        }
    }

    #[test]
    fn bytes_of_another_kind_are_no_answer() {
        for bytes in [
            &b"HTTP/1.1 200 OK\r\n\r\n"[..],
            b"HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            b"\r\n\r\n",
        ] {
            assert_eq!(find(bytes), Err(NotAnAnswer), "{bytes:?}");
        }
    }
}
