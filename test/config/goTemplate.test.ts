import { expect, test } from '@jest/globals';
import { goTemplate, JENKINS_FUNCTIONS } from '../../src/config/goTemplate.js';
import { TemplateError } from '../../src/config/template/scan.js';

const data = {
  Name: 'n', Number: 3, Zero: 0, Yes: true, Nil: null, Empty: '', List: ['a', 'b', 'c'], None: [], Map: new Map([['k', 'v'], ['a', 'w']]), Inner: { Deep: { Text: 'x y&z' } },
  Pulls: [{ Number: 1 }, { Number: 2 }],
};

test.each<[string, string]>([
  ['plain', 'plain'], ['', ''], ['a{{.Name}}b', 'anb'], ['{{ .Inner.Deep.Text }}', 'x y&z'], ['{{.Nil}}', '<nil>'], ['{{.Map.nothing}}', '<no value>'], ['{{.Map.k}}', 'v'],
  ['{{.List}} {{.Map}}', '[a b c] map[a:w k:v]'], ['a {{- .Name -}} b', 'anb'], ['a {{/* no */}}b', 'a b'], ['a {{- /* no */ -}} b', 'ab'],
  ['{{if .Yes}}1{{else}}2{{end}}', '1'], ['{{if .Zero}}1{{else if .Empty}}2{{else if eq .Name "n"}}3{{else}}4{{end}}', '3'], ['{{if .None}}1{{end}}', ''], ['{{if .Inner}}1{{end}}', '1'],
  ['{{with index .Pulls 1}}{{.Number}}{{end}}', '2'], ['{{with .Nil}}1{{else}}{{.Name}}{{end}}', 'n'], ['{{with $x := .Name}}{{$x}}{{$.Number}}{{end}}', 'n3'], ['{{with .Nil}}1{{else with .Name}}{{.}}{{end}}', 'n'],
  ['{{range .List}}<{{.}}>{{end}}', '<a><b><c>'], ['{{range $i, $e := .List}}{{$i}}{{$e}}{{end}}', '0a1b2c'], ['{{range .None}}1{{else}}none{{end}}', 'none'], ['{{range $k, $v := .Map}}{{$k}}={{$v}};{{end}}', 'a=w;k=v;'],
  ['{{range .List}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'], ['{{range .List}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'], ['{{range 3}}{{.}}{{end}}', '012'],
  ['{{$x := 1}}{{if .Yes}}{{$x = 2}}{{end}}{{$x}}', '2'], ['{{$x := 1}}{{if .Yes}}{{$x := 2}}{{end}}{{$x}}', '1'],
  ['{{eq .Number 1 2 3}}', 'true'], ['{{ne .Name "m"}}', 'true'], ['{{lt 1 2}}{{ge 1 2}}', 'truefalse'], ['{{and .Yes .Name}}', 'n'], ['{{or .Empty "d"}}', 'd'], ['{{or .Yes .Missing}}', 'true'], ['{{not .Yes}}', 'false'], ['{{len .List}}{{len "é"}}', '32'],
  ['{{index .Map "k"}}{{index .List 0}}', 'va'], ['{{slice .Name 0 1}}', 'n'], ['{{(index .Pulls 0).Number}}', '1'], ['{{eq (len .List) 3}}', 'true'],
  ['{{.Inner.Deep.Text | urlquery}}', 'x+y%26z'], ['{{.Number | printf "%s-%03d" "<" | html}}', '&lt;-003'], ['{{printf "%s %d %v %q %5.2f%%" "a" 3 true "b" 1.5}}', 'a 3 true "b"  1.50%'], ['{{printf "%-3s|%3s" "a" "b"}}', 'a  |  b'],
  ['{{print 1 2 "a" 3}}', '1 2a3'], ['{{"\\u00e9\\n"}}{{`a\\n`}}{{\'a\'}}{{0x10}}{{printf "%d" "a"}}{{printf "%s"}}{{printf "" 1}}', 'é\na\\n9716%!d(string=a)%!s(MISSING)%!(EXTRA int=1)'], ['{{html "<a href=\'x\'>"}}', '&lt;a href=&#39;x&#39;&gt;'],
])('%s', (template, want) => expect(goTemplate(template).run(data)).toBe(want));

test.each<[string, RegExp]>([
  ['{{.Missing}}', /evaluate field Missing/], ['{{.Nil.Field}}', /nil pointer evaluating .Field/], ['{{index .List 9}}', /index out of range: 9/], ['{{index .Nil 0}}', /index of nil pointer/], ['{{eq .Name 1}}', /incompatible types/],
  ['{{eq .Name}}', /needs two/], ['{{.Name.X}}', /evaluate field X/], ['{{range .Name}}{{end}}', /iterate/], ['{{.Name 1}}', /no function/], ['{{range 90000}}xxxxxxxxxxxxxxxxxxxxxxxxx{{end}}', /characters of output/], ['{{range 200000}}{{range 200000}}{{end}}{{end}}', /more than 200000 steps/], ['{{range 1000000000}}{{end}}', /iterate/],
])('running %s fails', (template, want) => expect(() => goTemplate(template).run(data)).toThrow(want));

test.each(['{{', '{{.A', '{{if .A}}', '{{end}}', '{{else}}', '{{if .A}}{{else}}{{else}}{{end}}', '{{}}', '{{(.A}}', '{{.A)}}', '{{| .A}}', '{{.A |}}', '{{"a}}', '{{#}}', '{{/* }}', '{{break}}', '{{define "x"}}', '{{define x}}{{end}}', '{{if .A}}{{define "x"}}{{end}}{{end}}', '{{block "x"}}{{end}}', '{{template}}', '{{template "x" .A', '{{1 := 2}}', '{{"\\y"}}'])('%s cannot be read', (template) => {
  expect(() => goTemplate(template)).toThrow(TemplateError);
});

test('names of functions and variables are looked at when a template is read, as Go does', () => {
  expect(() => goTemplate('{{nope 1}}')).toThrow('function nope is not defined (at 2)');
  expect(() => goTemplate('{{if .Yes}}{{$y := 1}}{{end}}{{$y}}')).toThrow('undefined variable $y (at 31)');
  expect(() => goTemplate('{{$x = 1}}')).toThrow('undefined variable $x');
  expect(() => goTemplate('{{define "t"}}{{$x}}{{end}}')).toThrow('undefined variable $x');
  expect(() => goTemplate('{{range $i, $e := .List}}{{$i}}{{else}}{{$i}}{{end}}{{or $ (and .Yes true)}}')).not.toThrow();
});

test.each<[string, string]>([
  ['{{define "t"}}<{{.}}>{{end}}{{template "t" .Name}}{{template "t" .Number}}', '<n><3>'], ['{{template "t" .}}{{define "t"}}{{$.Name}}{{end}}', 'n'], ['{{block "b" .Inner}}{{.Deep.Text}}{{end}}', 'x y&z'],
  ['{{define "t"}}{{.}}{{end}}{{template "t"}}', '<nil>'], ['{{define "t"}}a{{end}}{{define "t"}} {{end}}{{template "t"}}', 'a'],
])('%s', (template, want) => expect(goTemplate(template).run(data)).toBe(want));

test('templates that are not there, or that call themselves, fail when they run', () => {
  expect(() => goTemplate('{{template "t"}}').run(data)).toThrow('template "t" is not defined (at 2)');
  expect(() => goTemplate('{{define "t"}}{{template "t"}}{{end}}{{template "t"}}').run(data)).toThrow('more than 100 deep');
});

test('Jenkins has a function more', () => {
  expect(() => goTemplate('{{replace "a" "b" .Name}}')).toThrow('function replace is not defined');
  expect(goTemplate('{{.Name | replace "n" "$&"}}{{replace "i" "o" "pipi"}}', JENKINS_FUNCTIONS).run(data)).toBe('$&popo');
});
