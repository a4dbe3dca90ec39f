import { describe, expect, test } from 'vitest';
import { TableReader } from '../../../../src/store/import/documents/table-reader.ts';

const open = (header: string) => {
  const table = TableReader.fromHeader(header);
  if (table === null) throw new Error('no header');
  return table;
};

describe('the header of a table', () => {
  test.each([
    ['date,LastUpdated,Expiration', ['date', 'LastUpdated', 'Expiration']],
    ['date\tExpiration', ['date', 'Expiration']],
    ['date;Expiration', ['date', 'Expiration']],
    ['date|Expiration', ['date', 'Expiration']],
    ['"date" , "Expiration"', []],
    ['"date" ,"Expiration"', ['date', 'Expiration']],
    ['"date", Expiration', ['date', 'Expiration']],
    ['a,b;c\tExpiration', []],
    ['@timestamp,@message', ['@timestamp', '@message']],
    ['schema_version,record', ['schema_version', 'record']],
    ['schema_version,x', ['schema_version', 'x']],
    ['x,schema_version', []],
    ['@message,x', []],
    ['@timestamp,x', []],
    ['date,LastUpdated', []],
    ['Expiration', []],
    ['Expiration,', []],
    ['Expiration,-x', []],
    ['Expiration,x/y', []],
    ['Expiration,"x', []],
    ['Expiration,x y.z-1', ['Expiration', 'x y.z-1']],
    [`Expiration,${'x'.repeat(4085)}`, ['Expiration', 'x'.repeat(4085)]],
    [`Expiration,${'x'.repeat(4086)}`, []],
  ])('the header %j has the names %j', (header, names) => {
    expect(TableReader.fromHeader(header)?.names ?? []).toEqual(names);
  });

  test('the header of our own export begins with schema_version and has the column record', () => {
    expect(open('schema_version,record').isOwnExport).toBe(true);
    expect(open('schema_version,x').isOwnExport).toBe(false);
    expect(open('record,schema_version,Expiration').isOwnExport).toBe(false);
  });
});

describe('a row of a table', () => {
  test.each([
    ['1,2', { date: '1', Expiration: '2' }],
    [' 1 , 2 ', { date: '1', Expiration: '2' }],
    ['"1","2"', { date: '1', Expiration: '2' }],
    ['"1" x,2', { date: '1', Expiration: '2' }],
    ['"a,b","c""d"""', { date: 'a,b', Expiration: 'c"d"' }],
    ['1,"2" x', { date: '1', Expiration: '2' }],
    ['"1",2', { date: '1', Expiration: '2' }],
    ['"",2', { date: '', Expiration: '2' }],
    ['""""",2",3', { date: '"",2', Expiration: '3' }],
    [',', { date: '', Expiration: '' }],
    ['date,Expiration', 'header'],
    ['1', 'other'],
    ['1,2,3', 'other'],
    ['"1"', 'other'],
    ['1"2"3"4",5', { date: '1"2"3"4"', Expiration: '5' }],
    ['1,"2', 'open'],
    ['"1', 'open'],
  ])('the row %j is read as %j', (line, row) => {
    expect(open('date,Expiration').readLine(line, '\n')).toEqual(row);
  });

  test('a row of a table continues on the next line while a quote is open', () => {
    const table = open('date,Expiration');
    expect(table.readLine('1,"2', '\r\n')).toBe('open');
    expect(table.isOpen).toBe(true);
    expect(table.readLine('3 ""4""', '\n')).toBe('open');
    expect(table.readLine('5"', '\n')).toEqual({ date: '1', Expiration: '2\r\n3 "4"\n5' });
    expect(table.isOpen).toBe(false);
    table.readLine('1,"2', '\n');
    table.abandon();
    expect(table.isOpen).toBe(false);
    expect(table.readLine('1,2', '\n')).toEqual({ date: '1', Expiration: '2' });
  });

  test('a row is split at the separator of its table', () => {
    expect(open('date\tExpiration').readLine('1,\t2;', '\n')).toEqual({ date: '1,', Expiration: '2;' });
    expect(open('date|Expiration').readLine('1|"2|3"', '\n')).toEqual({ date: '1', Expiration: '2|3' });
  });

  test('a row of our own export keeps white space, and its protected cells are restored', () => {
    const table = open('schema_version,record,host');
    expect(table.readLine("1, x ,'=1", '\n')).toEqual({ schema_version: '1', record: ' x ', host: '=1' });
    expect(open('date,Expiration').readLine("1,'=1", '\n')).toEqual({ date: '1', Expiration: "'=1" });
  });

  test('a row of a table has at most 1 MiB', () => {
    const table = open('date,Expiration');
    expect(table.readLine('1,'.padEnd(1_048_576, 'x'), '\n')).toMatchObject({ date: '1' });
    expect(table.readLine('1,'.padEnd(1_048_577, 'x'), '\n')).toBe('too-long');
    expect(table.readLine('1,"'.padEnd(1_048_575, 'x'), '\n')).toBe('open');
    expect(table.readLine('"', '\n')).toBe('too-long');
    expect(table.isOpen).toBe(false);
  });
});
