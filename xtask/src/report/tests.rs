use super::*;

fn committed(file: &str) -> String {
    fs::read_to_string(workspace::root().join(file)).expect("a file")
}

#[test]
fn the_page_is_made_from_the_figures_and_none_of_them_is_lost() {
    let runs = read(&committed(FIGURES)).expect("runs");
    let page = page::write(&runs).expect("a page");
    assert!(
        page == committed(PAGE),
        "cargo xtask report was not run after a change"
    );
    for run in &runs {
        assert!(page.contains(&format!("<code>{}</code>", run.command)));
        assert!(page.contains(&format!("{} · {}", run.date, run.machine)));
        let known = MEASUREMENTS
            .iter()
            .any(|known| known.command == run.command);
        assert!(known, "nothing measures {}", run.command);
    }
    let figures: Vec<_> = runs.iter().flat_map(|run| &run.figures).collect();
    for figure in &figures {
        assert!(page.contains(&format!("data-value=\"{}\"", figure.value)));
    }
    assert_eq!(page.matches("data-value").count(), figures.len());
    assert!(!page.contains("http"), "something comes from elsewhere");
}

#[test]
fn the_file_of_figures_is_read_as_it_was_written() {
    let text = committed(FIGURES);
    assert_eq!(write(&read(&text).expect("runs")), text);
}

#[test]
fn a_figure_without_a_command_a_day_a_machine_or_a_plot_is_refused() {
    let figure = json!({"plot": "waits", "row": "1", "series": "ours", "value": 2.0});
    let whole =
        json!({"command": "cargo x", "date": "2026-11-29", "machine": "m", "figures": [figure]});
    let mut runs = read(&json!([whole]).to_string()).expect("runs");
    assert!(page::write(&runs).is_ok());
    for name in ["command", "date", "machine", "figures"] {
        let mut without = whole.clone();
        without.as_object_mut().expect("an object").remove(name);
        let refused = read(&json!([without]).to_string()).err().expect(name);
        assert_eq!(refused.to_string(), format!("a run without {name}"));
    }
    let nothing = r#"{"plot": "waits", "row": "1", "series": "ours"}"#;
    let refused = lines(nothing).err().expect("no value").to_string();
    assert_eq!(
        refused,
        format!("missing field `value` at line 1 column 47 in {nothing}")
    );
    let refused = read("{}").err().expect("no list").to_string();
    assert!(
        refused.starts_with("the figures are no list of runs: "),
        "{refused}"
    );
    runs[0].figures[0].plot = "other".into();
    let refused = page::write(&runs).expect_err("no plot").to_string();
    assert_eq!(refused, "there is no plot \"other\"");
}

#[test]
fn what_was_measured_anew_replaces_what_was_measured_before() {
    let run = |command: &str, rows: &[&str], value: f64| Run {
        command: command.into(),
        date: "2026-11-29".into(),
        machine: "m".into(),
        figures: rows
            .iter()
            .map(|row| Figure {
                plot: "crates".into(),
                row: (*row).into(),
                series: "crates".into(),
                value,
            })
            .collect(),
    };
    let mut runs = vec![run("all", &["a", "b"], 1.0), run("other", &["c"], 1.0)];
    replace(&mut runs, run("quick", &["b", "c"], 2.0));
    let left = runs.iter().flat_map(|run| {
        let figures = run.figures.iter();
        figures.map(|figure| (run.command.as_str(), figure.row.as_str(), figure.value))
    });
    assert_eq!(
        left.collect::<Vec<_>>(),
        [("all", "a", 1.0), ("quick", "b", 2.0), ("quick", "c", 2.0)]
    );
}
