/** Words that the sample's hosts, people, files and sites are made of. Plain text, except where JSON text is said. */
import { jsonText } from './json-text.js';

export const WORDS = [
  'alpha', 'anchor', 'atlas', 'audit', 'backup', 'beacon', 'budget', 'cache', 'candle', 'canvas', 'catalog', 'copper', 'delta', 'draft',
  'ember', 'export', 'falcon', 'forecast', 'garnet', 'harbor', 'import', 'index', 'invoice', 'kernel', 'ledger', 'lumen', 'maple', 'meadow',
  'mirror', 'nickel', 'orbit', 'orchid', 'payroll', 'pillar', 'plan', 'quartz', 'quarter', 'report', 'ripple', 'roster', 'saffron', 'session',
  'sketch', 'sprint', 'summit', 'tariff', 'timber', 'update', 'vector', 'velvet', 'vendor', 'willow', 'window', 'zephyr',
] as const;

/** First and last name; the sign-in name is made of both. Some are outside ASCII, as in any real directory. */
export const PEOPLE = [
  ['Amelia', 'Hart'], ['Noah', 'Becker'], ['Jürgen', 'Müller'], ['Łukasz', 'Wójcik'], ['Zoë', 'Lindqvist'], ['Søren', 'Østergård'], ['太郎', '山田'],
  ['Priya', 'Raman'], ['Mateo', 'Núñez'], ['Chloé', 'Lefèvre'], ['Omar', 'Haddad'], ['Grace', 'Okafor'], ['Ivan', 'Petrov'], ['Ольга', 'Смирнова'],
  ['Liam', 'Walsh'], ['Hannah', 'Cole'], ['Ethan', 'Brooks'], ['Sofia', 'Rossi'], ['Daniel', 'Kim'], ['Mia', 'Novak'], ['Lucas', 'Silva'],
  ['Elif', 'Yılmaz'], ['Peter', 'Doyle'], ['Nora', 'Berg'], ['Victor', 'Chan'], ['Ruth', 'Adler'], ['Simon', 'Marsh'], ['Tara', 'Quinn'],
  ['Αλέξανδρος', 'Παππάς'], ['Wei', 'Zhang'], ['Anna', 'Kowalska'], ['Kofi', 'Mensah'],
] as const;

/** Names of documents without extension, as JSON text; some hold spaces, accents, CJK, an emoji. */
export const FILE_STEMS = [
  'Quarterly report', 'invoice-2291', 'Bericht März', 'notes', 'meeting minutes', 'IMG_4471', 'résumé', 'plan v2 (final)', '契約書', 'holiday 🏖️',
  '📊 forecast', 'backup_2026', 'setup', 'export-data', 'dump', 'logo', 'scan0007', 'Ценник', 'contract & annex', "director's cut", 'a=b;c', 'README',
].map(jsonText);

export const SITES = [
  'login.microsoftonline.com', 'outlook.office365.com', 'teams.microsoft.com', 'ctldl.windowsupdate.com', 'settings-win.data.microsoft.com',
  'www.google.com', 'clients4.google.com', 'fonts.gstatic.com', 'update.googleapis.com', 'github.com', 'api.github.com', 'objects.githubusercontent.com',
  'slack.com', 'wss-primary.slack.com', 'zoom.us', 'cdn.jsdelivr.net', 'registry.example.net', 's3.eu-central-1.amazonaws.com',
  'sts.amazonaws.com', 'ocsp.digicert.com', 'crl3.digicert.com', 'time.apple.com', 'gateway.icloud.com', 'mesu.apple.com', 'deb.debian.org',
  'archive.ubuntu.com', 'telemetry.vendor.example', 'intranet.corp.example', 'wiki.corp.example', 'build.corp.example', 'dc01.corp.example',
  'xn--mller-kva.example', '_ldap._tcp.dc._msdcs.corp.example', 'wpad.corp.example',
] as const;

/** Public addresses hosts talk to: documentation ranges, so that nobody real stands in a sample. */
export const REMOTE_IP4 = Array.from({ length: 240 }, (_, i) => `${['198.51.100', '203.0.113', '192.0.2'][i % 3]}.${1 + Math.floor(i / 3) * 3}`);
export const REMOTE_IP6 = Array.from({ length: 64 }, (_, i) => `2001:db8:${(i * 37).toString(16)}::${(i * 101 + 1).toString(16)}`);

export const PLACES = [
  { city: 'Zürich', country: 'Switzerland', continent: 'Europe', timezone: 'Europe/Zurich', site: 'ZRH' },
  { city: 'London', country: 'United Kingdom', continent: 'Europe', timezone: 'Europe/London', site: 'LON' },
  { city: 'Austin', country: 'United States', continent: 'North America', timezone: 'America/Chicago', site: 'AUS' },
  { city: 'São Paulo', country: 'Brazil', continent: 'South America', timezone: 'America/Sao_Paulo', site: 'GRU' },
  { city: 'Singapore', country: 'Singapore', continent: 'Asia', timezone: 'Asia/Singapore', site: 'SIN' },
] as const;

/** Companies that programs beyond the operating system's come from. */
export const VENDORS = ['Northwind', 'Contoso', 'Fabrikam', 'Tailspin', 'Wingtip', 'Litware', 'Proseware', 'Adatum', 'Humongous', 'Lucerne'] as const;
