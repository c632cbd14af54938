//! Reading GraphQL documents.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

/// How deep selections and values may be nested. The longest path through the schema is far shorter.
const DEEPEST: usize = 24;

#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) operations: Vec<Operation>,
    pub(crate) fragments: BTreeMap<String, Vec<Selection>>,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: Option<String>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) selection: Vec<Selection>,
}

#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// As it is written, for example `[String!]`.
    pub(crate) kind: String,
    pub(crate) default: Option<Literal>,
}

#[derive(Clone, Debug)]
pub(crate) enum Selection {
    Field(Field),
    /// A fragment by its name.
    Spread(String),
    Inline(Vec<Selection>),
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) alias: Option<String>,
    pub(crate) name: String,
    pub(crate) arguments: Vec<(String, Literal)>,
    pub(crate) selection: Vec<Selection>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Field {
    /// The name in the answer.
    pub(crate) fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Number(String),
    Text(String),
    Flag(bool),
    /// A value of an enumeration.
    Name(String),
    List(Vec<Literal>),
    Object(Vec<(String, Literal)>),
    Variable(String),
}

/// What is wrong with a document, and where.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Sign(char),
    Spread,
    Name(String),
    Number(String),
    Text(String),
    End,
}

struct Parser<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    token: Token,
    /// Where the present token begins.
    start: usize,
    depth: usize,
}

type Parsed<T> = Result<T, SyntaxError>;

impl Document {
    pub(crate) fn parse(text: &str) -> Parsed<Self> {
        let mut parser = Parser {
            text,
            chars: text.char_indices().peekable(),
            token: Token::End,
            start: 0,
            depth: 0,
        };
        parser.advance()?;
        let mut document = Self {
            operations: Vec::new(),
            fragments: BTreeMap::new(),
        };
        while parser.token != Token::End {
            parser.definition(&mut document)?;
        }
        if document.operations.is_empty() {
            return Err(parser.error("the document has no operation"));
        }
        Ok(document)
    }
}

impl Parser<'_> {
    fn error(&self, message: &str) -> SyntaxError {
        let before = &self.text[..self.start];
        let line = before.matches('\n').count() + 1;
        let column = before
            .chars()
            .rev()
            .take_while(|char| *char != '\n')
            .count()
            + 1;
        SyntaxError {
            message: message.to_owned(),
            line,
            column,
        }
    }

    fn definition(&mut self, document: &mut Document) -> Parsed<()> {
        // A selection alone is a query without a name.
        if self.token == Token::Sign('{') {
            let selection = self.selection()?;
            document.operations.push(Operation {
                name: None,
                variables: Vec::new(),
                selection,
            });
            return Ok(());
        }
        match self.name()?.as_str() {
            "query" => {
                let name = if matches!(self.token, Token::Name(_)) {
                    Some(self.name()?)
                } else {
                    None
                };
                let variables = self.variables()?;
                self.directives()?;
                let selection = self.selection()?;
                document.operations.push(Operation {
                    name,
                    variables,
                    selection,
                });
            }
            "fragment" => {
                let name = self.name()?;
                self.keyword("on")?;
                self.name()?;
                self.directives()?;
                let selection = self.selection()?;
                document.fragments.insert(name, selection);
            }
            _ => return Err(self.error("only queries and fragments are known")),
        }
        Ok(())
    }

    fn variables(&mut self) -> Parsed<Vec<Variable>> {
        let mut variables = Vec::new();
        if self.eat('(')? {
            while !self.eat(')')? {
                self.expect('$')?;
                let name = self.name()?;
                self.expect(':')?;
                let kind = self.kind()?;
                let default = if self.eat('=')? {
                    Some(self.value()?)
                } else {
                    None
                };
                variables.push(Variable {
                    name,
                    kind,
                    default,
                });
            }
        }
        Ok(variables)
    }

    fn kind(&mut self) -> Parsed<String> {
        let mut kind = self.nested(|parser| {
            if !parser.eat('[')? {
                return parser.name();
            }
            let inner = parser.kind()?;
            parser.expect(']')?;
            Ok(format!("[{inner}]"))
        })?;
        if self.eat('!')? {
            kind.push('!');
        }
        Ok(kind)
    }

    fn selection(&mut self) -> Parsed<Vec<Selection>> {
        self.nested(|parser| {
            parser.expect('{')?;
            let mut selection = Vec::new();
            while !parser.eat('}')? {
                selection.push(parser.selected()?);
            }
            if selection.is_empty() {
                Err(parser.error("nothing is selected"))
            } else {
                Ok(selection)
            }
        })
    }

    fn selected(&mut self) -> Parsed<Selection> {
        if self.token == Token::Spread {
            self.advance()?;
            return match &self.token {
                // `on` begins an inline fragment, and cannot be the name of one.
                Token::Name(name) if name != "on" => {
                    let name = self.name()?;
                    self.directives()?;
                    Ok(Selection::Spread(name))
                }
                Token::Name(_) => {
                    self.advance()?;
                    self.name()?;
                    self.directives()?;
                    Ok(Selection::Inline(self.selection()?))
                }
                _ => {
                    self.directives()?;
                    Ok(Selection::Inline(self.selection()?))
                }
            };
        }
        // The place is noted before the name is read: errors of the field point to its beginning.
        let SyntaxError { line, column, .. } = self.error("");
        let first = self.name()?;
        let (alias, name) = if self.eat(':')? {
            (Some(first), self.name()?)
        } else {
            (None, first)
        };
        let arguments = if self.token == Token::Sign('(') {
            self.arguments()?
        } else {
            Vec::new()
        };
        self.directives()?;
        let selection = if self.token == Token::Sign('{') {
            self.selection()?
        } else {
            Vec::new()
        };
        Ok(Selection::Field(Field {
            alias,
            name,
            arguments,
            selection,
            line,
            column,
        }))
    }

    fn arguments(&mut self) -> Parsed<Vec<(String, Literal)>> {
        self.expect('(')?;
        let mut arguments = Vec::new();
        while !self.eat(')')? {
            let name = self.name()?;
            self.expect(':')?;
            arguments.push((name, self.value()?));
        }
        Ok(arguments)
    }

    /// Directives are not followed, so that a client which relies on one sees it.
    fn directives(&mut self) -> Parsed<()> {
        match self.token {
            Token::Sign('@') => Err(self.error("directives are not known here")),
            _ => Ok(()),
        }
    }

    fn value(&mut self) -> Parsed<Literal> {
        self.nested(|parser| {
            Ok(match parser.token.clone() {
                Token::Sign('$') => {
                    parser.advance()?;
                    Literal::Variable(parser.name()?)
                }
                Token::Sign('[') => {
                    parser.advance()?;
                    let mut values = Vec::new();
                    while !parser.eat(']')? {
                        values.push(parser.value()?);
                    }
                    Literal::List(values)
                }
                Token::Sign('{') => {
                    parser.advance()?;
                    let mut fields = Vec::new();
                    while !parser.eat('}')? {
                        let name = parser.name()?;
                        parser.expect(':')?;
                        fields.push((name, parser.value()?));
                    }
                    Literal::Object(fields)
                }
                Token::Number(number) => parser.then(Literal::Number(number))?,
                Token::Text(text) => parser.then(Literal::Text(text))?,
                Token::Name(name) => {
                    let literal = match name.as_str() {
                        "null" => Literal::Null,
                        "true" | "false" => Literal::Flag(name == "true"),
                        _ => Literal::Name(name),
                    };
                    parser.then(literal)?
                }
                _ => return Err(parser.error("a value is expected")),
            })
        })
    }

    fn then(&mut self, literal: Literal) -> Parsed<Literal> {
        self.advance()?;
        Ok(literal)
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            return Err(self.error("the document is nested too deep"));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn name(&mut self) -> Parsed<String> {
        let Token::Name(name) = self.token.clone() else {
            return Err(self.error("a name is expected"));
        };
        self.advance()?;
        Ok(name)
    }

    fn keyword(&mut self, keyword: &str) -> Parsed<()> {
        if self.token != Token::Name(keyword.to_owned()) {
            return Err(self.error(&format!("'{keyword}' is expected")));
        }
        self.advance()
    }

    fn eat(&mut self, sign: char) -> Parsed<bool> {
        if self.token == Token::Sign(sign) {
            self.advance()?;
            return Ok(true);
        }
        // Or a list without its end would be read for ever.
        if self.token == Token::End {
            return Err(self.error(&format!("the document ends before '{sign}'")));
        }
        Ok(false)
    }

    fn expect(&mut self, sign: char) -> Parsed<()> {
        if self.eat(sign)? {
            Ok(())
        } else {
            Err(self.error(&format!("'{sign}' is expected")))
        }
    }

    fn advance(&mut self) -> Parsed<()> {
        self.skip();
        let Some((start, char)) = self.chars.next() else {
            self.start = self.text.len();
            self.token = Token::End;
            return Ok(());
        };
        self.start = start;
        self.token = match char {
            '{' | '}' | '(' | ')' | '[' | ']' | ':' | '=' | '$' | '!' | '@' | '|' => {
                Token::Sign(char)
            }
            '.' if self.text[start..].starts_with("...") => {
                self.chars.nth(1);
                Token::Spread
            }
            '"' => Token::Text(self.text_from(start)?),
            '-' | '0'..='9' => Token::Number(self.run(start, |char| {
                char.is_ascii_alphanumeric() || "+-.".contains(char)
            })),
            '_' | 'a'..='z' | 'A'..='Z' => {
                Token::Name(self.run(start, |char| char.is_ascii_alphanumeric() || char == '_'))
            }
            _ => return Err(self.error(&format!("'{char}' is not expected"))),
        };
        Ok(())
    }

    /// What separates tokens: white space, commas and comments.
    fn skip(&mut self) {
        while let Some((_, char)) = self.chars.peek() {
            if *char == '#' {
                while self.chars.next_if(|(_, char)| *char != '\n').is_some() {}
            } else if char.is_whitespace() || *char == ',' || *char == '\u{feff}' {
                self.chars.next();
            } else {
                return;
            }
        }
    }

    fn run(&mut self, start: usize, belongs: impl Fn(char) -> bool) -> String {
        let mut end = start + 1;
        while let Some((at, _)) = self.chars.next_if(|(_, char)| belongs(*char)) {
            end = at + 1;
        }
        self.text[start..end].to_owned()
    }

    fn text_from(&mut self, start: usize) -> Parsed<String> {
        // A block string, in which quotes and line breaks stand for themselves.
        if self.text[start..].starts_with("\"\"\"") {
            let inside = &self.text[start + 3..];
            let length = inside
                .find("\"\"\"")
                .ok_or_else(|| self.error("a string has no end"))?;
            let end = start + 3 + length + 3;
            while self.chars.next_if(|(at, _)| *at < end).is_some() {}
            return Ok(inside[..length].trim().to_owned());
        }
        let mut text = String::new();
        loop {
            let char = match self.chars.next() {
                None | Some((_, '\n')) => return Err(self.error("a string has no end")),
                Some((_, '"')) => return Ok(text),
                Some((_, '\\')) => self.escaped()?,
                Some((_, char)) => char,
            };
            text.push(char);
        }
    }

    fn escaped(&mut self) -> Parsed<char> {
        let unknown = self.error("an escape is not known");
        Ok(match self.chars.next().map(|(_, char)| char) {
            Some(char @ ('"' | '\\' | '/')) => char,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let digits: String = self.chars.by_ref().take(4).map(|(_, char)| char).collect();
                let code = u32::from_str_radix(&digits, 16).ok();
                // Half of a surrogate pair is no character.
                code.and_then(char::from_u32).ok_or(unknown)?
            }
            _ => return Err(unknown),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let error = Document::parse(text).expect_err(text);
        format!("{}:{} {}", error.line, error.column, error.message)
    }

    #[test]
    fn what_clients_send_is_read() {
        let text = "query Jobs($size: Int! = 5, $names: [String!]) { # a comment\n  one: jobs(pageSize: $size, filter: \
                    [{property: \"a\\\"\\u0041\", sort: ASC}], x: -1.5e3, y: null) { ...rest ... on T { b } ... { c } } }\
                    fragment rest on T { a }";
        let document = Document::parse(text).unwrap();
        let operation = &document.operations[0];
        assert_eq!(operation.name.as_deref(), Some("Jobs"));
        let variables: Vec<_> = operation
            .variables
            .iter()
            .map(|v| (v.name.as_str(), v.kind.as_str()))
            .collect();
        assert_eq!(variables, [("size", "Int!"), ("names", "[String!]")]);
        let Selection::Field(field) = &operation.selection[0] else {
            panic!("a field")
        };
        assert_eq!(
            (field.key(), field.name.as_str(), field.line, field.column),
            ("one", "jobs", 2, 3)
        );
        assert_eq!(
            field.arguments[0],
            ("pageSize".to_owned(), Literal::Variable("size".to_owned()))
        );
        let Literal::List(filters) = &field.arguments[1].1 else {
            panic!("a list")
        };
        let property = ("property".to_owned(), Literal::Text("a\"A".to_owned()));
        assert_eq!(
            filters[0],
            Literal::Object(vec![
                property,
                ("sort".to_owned(), Literal::Name("ASC".to_owned()))
            ])
        );
        assert_eq!(field.arguments[2].1, Literal::Number("-1.5e3".to_owned()));
        assert_eq!(field.selection.len(), 3);
        assert!(document.fragments.contains_key("rest"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(message("{ jobs("), "1:8 the document ends before ')'");
        assert_eq!(message("{\n  jobs(a: )\n}"), "2:11 a value is expected");
        assert_eq!(message("{ a(b: \"c) }"), "1:8 a string has no end");
        assert_eq!(message("{ }"), "1:4 nothing is selected");
        assert_eq!(message(""), "1:1 the document has no operation");
        assert_eq!(
            message("mutation { a }"),
            "1:10 only queries and fragments are known"
        );
        assert!(message("{ a @skip(if: true) }").contains("directives"));
        assert!(message(&"{a".repeat(1000)).contains("too deep"));
        assert!(message(&format!("{{a(b: {}", "[".repeat(1000))).contains("too deep"));
    }
}
