//! Connection URLs of libpq.

/// The URL of another database on the same server, with the same parameters; `None` if the URL is not a
/// PostgreSQL URL.
pub(crate) fn with_database(url: &str, database: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return None;
    }
    let (place, parameters) = match rest.split_once('?') {
        Some((place, parameters)) => (place, format!("?{parameters}")),
        None => (rest, String::new()),
    };
    let server = place.split_once('/').map_or(place, |(server, _)| server);
    Some(format!("{scheme}://{server}/{database}{parameters}"))
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn another_database_keeps_the_server_and_every_parameter() {
        let table = [
            (
                "postgres://u:p@h:5432/db",
                Some("postgres://u:p@h:5432/new"),
            ),
            ("postgres://h", Some("postgres://h/new")),
            (
                "postgresql://h/?sslmode=disable",
                Some("postgresql://h/new?sslmode=disable"),
            ),
            (
                "postgresql:///db?user=u&host=/run/pg",
                Some("postgresql:///new?user=u&host=/run/pg"),
            ),
            ("postgres://h?host=/a/b", Some("postgres://h/new?host=/a/b")),
            ("mysql://h/db", None),
            ("host=h dbname=db", None),
            ("", None),
        ];
        for (url, expected) in table {
            assert_eq!(with_database(url, "new").as_deref(), expected, "{url}");
        }
    }
}
