//! The account that runs the server if root starts it.

/// The user id and the group id of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The account `postgres` if it exists, else `nobody`, from the text of `/etc/passwd`.
    pub(crate) fn unprivileged(passwd: &str) -> Option<Self> {
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| passwd.lines().find_map(|line| Self::parse(line, name)))
    }

    /// The account in a line `name:password:uid:gid:...`, if it has this name and is not root.
    fn parse(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Self { uid, gid })
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    const ROOT: &str = "root:x:0:0:root:/root:/bin/bash\n";
    const NOBODY: &str = "nobody:x:65534:65533::/:/usr/sbin/nologin\n";
    const POSTGRES: &str =
        "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn a_server_that_root_starts_runs_as_postgres_or_else_as_nobody() {
        let nobody = Account {
            uid: 65534,
            gid: 65533,
        };
        let postgres = Account { uid: 101, gid: 104 };
        let table = [
            (format!("{ROOT}{NOBODY}{POSTGRES}"), Some(postgres)),
            (format!("{ROOT}{NOBODY}"), Some(nobody)),
            (format!("{ROOT}postgres:x:0:0:::\n{NOBODY}"), Some(nobody)),
            (format!("{ROOT}postgresql:x:7:7:::\n"), None),
            (format!("{ROOT}nobody:x:-2:-2:::\n"), None),
            (ROOT.to_owned(), None),
        ];
        for (passwd, expected) in table {
            assert_eq!(Account::unprivileged(&passwd), expected, "{passwd}");
        }
    }
}
