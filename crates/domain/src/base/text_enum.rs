//! Enums whose variants are stored and sent as fixed texts.

/// Declares an enum with one text for each variant, and the error for any other text.
///
/// The enum gets `ALL`, `as_str`, `parse` and `Display`. The variants are ordered as they are
/// listed.
macro_rules! text_enum {
    (
        $(#[$attr:meta])*
        pub enum $name:ident {
            $($(#[$variant_attr:meta])* $variant:ident = $text:literal,)+
        }

        $(#[$error_attr:meta])*
        pub struct $error:ident;
    ) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $(#[$attr])*
        pub enum $name {
            $($(#[$variant_attr])* $variant,)+
        }

        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        $(#[$error_attr])*
        pub struct $error;

        impl $name {
            /// All variants, in the order in which they are declared.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];

            /// The text that is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// Reads the text that [`as_str`](Self::as_str) returns; upper and lower case differ.
            pub fn parse(text: &str) -> Result<Self, $error> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($error),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use text_enum;

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro declares public types")]
mod tests {
    text_enum! {
        /// A traffic light.
        pub enum Light {
            /// Stop.
            Red = "red",
            /// Go.
            Green = "GREEN",
        }

        /// The text is no light.
        #[error("unknown light")]
        pub struct UnknownLight;
    }

    #[test]
    fn each_variant_is_read_back_by_its_text_and_no_other_text_is_read() {
        assert_eq!(Light::ALL, [Light::Red, Light::Green]);
        for (light, text) in [(Light::Red, "red"), (Light::Green, "GREEN")] {
            assert_eq!((light.as_str(), light.to_string().as_str()), (text, text));
            assert_eq!(Light::parse(text), Ok(light));
        }
        for text in ["", "Red", "green", " red"] {
            assert_eq!(Light::parse(text), Err(UnknownLight), "{text}");
        }
        assert_eq!(UnknownLight.to_string(), "unknown light");
        assert!(Light::Red < Light::Green);
    }
}
