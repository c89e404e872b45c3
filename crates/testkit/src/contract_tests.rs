/// One `#[test]` for each case of a contract: evaluates the expression, binds what it gives, and
/// hands it to the case.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    (
        $subject:ident: $argument:expr, $open:expr, $contract:ident:
        $($group:ident { $($case:ident)+ })+
    ) => {$($(
        #[test]
        fn $case() {
            let $subject = $open;
            $crate::$contract::$group::$case($argument);
        }
    )+)+};
}
