//! The tables of operations.

use std::collections::BTreeSet;

use sahara::ops;

#[test]
fn the_tables_are_complete_and_name_nothing_twice() {
    for (operations, count) in [(ops::v1_1::OPERATIONS, 61), (ops::v2::OPERATIONS, 52)] {
        assert_eq!(operations.len(), count);
        let ids: BTreeSet<&str> = operations.iter().map(|operation| operation.id).collect();
        let routes: BTreeSet<(&str, &str)> = operations
            .iter()
            .map(|o| (o.method.as_str(), o.path))
            .collect();
        assert_eq!((ids.len(), routes.len()), (count, count));
    }
}
