//! Builds schemas of texts and numbers.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};

/// A pattern of texts without NUL.
pub(super) const NO_NUL: &str = r"^[^\u0000]*$";
/// A pattern of texts without control characters.
pub(super) const NO_CONTROL: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
/// A pattern of texts without spaces and control characters.
pub(super) const NO_SPACE: &str = r"^[^\s\u0000-\u001f\u007f-\u009f]+$";

/// Implements the schema of a type: a shape, with the lines of the doc comment as its description.
macro_rules! described {
    ($name:ident, [$($doc:literal),*], $shape:expr) => {
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema> {
                crate::schema::shape::with_description($shape.into(), &[$($doc),*])
            }
        }

        impl ::utoipa::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

pub(super) use described;

/// A value of this type.
pub(super) fn kind(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

/// A text that matches a pattern.
pub(super) fn text(pattern: &str) -> ObjectBuilder {
    kind(Type::String).pattern(Some(pattern))
}

/// A text of this many characters.
pub(super) fn text_of(least: usize, most: usize) -> ObjectBuilder {
    kind(Type::String)
        .min_length(Some(least))
        .max_length(Some(most))
}

/// A text of at most this many characters without NUL.
pub(super) fn free_text(most: usize) -> ObjectBuilder {
    text(NO_NUL).max_length(Some(most))
}

/// An id with a prefix.
pub(super) fn id(prefix: &str) -> ObjectBuilder {
    text(&format!("^{prefix}[0-9A-Za-z_-]+$")).max_length(Some(255))
}

/// One of these words.
pub(super) fn one_of(words: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    kind(Type::String).enum_values(Some(words))
}

/// A text of a well-known format.
pub(super) fn format(format: KnownFormat) -> ObjectBuilder {
    kind(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}

/// A whole number within bounds.
pub(super) fn integer(least: u8, most: impl Into<i64>) -> ObjectBuilder {
    kind(Type::Integer)
        .minimum(Some(least))
        .maximum(Some(most.into()))
}

/// A web address.
pub(super) fn url() -> ObjectBuilder {
    text(r"^[hH][tT][tT][pP][sS]?://[0-9A-Za-z.:_\[\]-]+([/?#][^\s\\]*)?$").max_length(Some(2_048))
}

/// Sets the lines of a doc comment as the description of a schema.
pub(super) fn with_description(mut schema: Schema, lines: &[&str]) -> RefOr<Schema> {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    let description = Some(lines.join("\n"));
    match &mut schema {
        Schema::Object(object) => object.description = description,
        Schema::Array(array) => array.description = description,
        Schema::AnyOf(any) => any.description = description,
        _ => {}
    }
    RefOr::T(schema)
}
