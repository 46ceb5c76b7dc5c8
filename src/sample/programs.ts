/** The programs of each platform, as tables. Gaps in command lines are those of a template. */
import type { Platform } from './platform.js';

/** Role (s system, u user), share, subsystem (g GUI, c console), image, command line. */
export type Row = readonly [role: 's' | 'u', share: number, subsystem: 'g' | 'c', image: string, commandLine: string];

export const WINDOWS = '\\Device\\HarddiskVolume3';
const SYSTEM32 = `${WINDOWS}\\Windows\\System32`;

export const WINDOWS_ROWS: readonly Row[] = [
  ['s', 14, 'c', `${SYSTEM32}\\svchost.exe`, 'C:\\WINDOWS\\system32\\svchost.exe -k netsvcs -p -s {word}Svc'],
  ['s', 5, 'c', `${SYSTEM32}\\conhost.exe`, '\\??\\C:\\WINDOWS\\system32\\conhost.exe 0xffffffff -ForceV1'],
  [
    's',
    4,
    'g',
    `${SYSTEM32}\\backgroundTaskHost.exe`,
    '"C:\\WINDOWS\\system32\\backgroundTaskHost.exe" -ServerName:App.AppX{x16}.mca',
  ],
  ['s', 4, 'g', `${SYSTEM32}\\RuntimeBroker.exe`, 'C:\\Windows\\System32\\RuntimeBroker.exe -Embedding'],
  ['s', 4, 'g', `${SYSTEM32}\\taskhostw.exe`, 'taskhostw.exe {{guid}}'],
  ['s', 5, 'g', `${SYSTEM32}\\dllhost.exe`, 'C:\\WINDOWS\\system32\\DllHost.exe /Processid:{{guid}}'],
  ['s', 3, 'c', `${SYSTEM32}\\wbem\\WmiPrvSE.exe`, 'C:\\WINDOWS\\system32\\wbem\\wmiprvse.exe -secured -Embedding'],
  [
    's',
    4,
    'c',
    `${SYSTEM32}\\SearchProtocolHost.exe`,
    '"C:\\WINDOWS\\system32\\SearchProtocolHost.exe" Global\\UsGthrFltPipeMssGthrPipe{d4}_ Global\\UsGthrCtrlFltPipeMssGthrPipe{d4} 1 -2147483646 "Software\\Microsoft\\Windows Search" "DownLevelDaemon"',
  ],
  ['s', 2, 'g', `${SYSTEM32}\\mmc.exe`, '"C:\\WINDOWS\\system32\\mmc.exe" "C:\\WINDOWS\\system32\\eventvwr.msc" /s'],
  [
    'u',
    6,
    'c',
    `${SYSTEM32}\\cmd.exe`,
    'C:\\WINDOWS\\system32\\cmd.exe /c ""C:\\Tools\\{word}\\{word}.bat" --job={d6} >> "C:\\Logs\\{word}.log" 2>&1"',
  ],
  [
    'u',
    5,
    'c',
    `${SYSTEM32}\\WindowsPowerShell\\v1.0\\powershell.exe`,
    '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -NoProfile -ExecutionPolicy Bypass -Command "& {Get-ChildItem -Path \'C:\\Data\\{word}\' -Recurse | Where-Object { $_.Length -gt {d6} } | Export-Csv \'C:\\Temp\\{x8}.csv\'}"',
  ],
  ['u', 3, 'c', `${SYSTEM32}\\reg.exe`, 'reg  query "HKLM\\SOFTWARE\\{word}" /v {word}'],
  ['u', 2, 'c', `${SYSTEM32}\\tasklist.exe`, 'tasklist  /fi "PID eq {d4}" /fo csv'],
  ['u', 2, 'c', `${SYSTEM32}\\net.exe`, 'net  use X: \\\\filer.corp.example\\{word}$ /persistent:no'],
  ['u', 2, 'c', `${SYSTEM32}\\schtasks.exe`, 'schtasks  /query /tn "\\{word}\\{word}" /xml'],
  [
    'u',
    20,
    'g',
    `${WINDOWS}\\Program Files\\Google\\Chrome\\Application\\chrome.exe`,
    '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=renderer --lang=en-US --renderer-client-id={d3} --launch-time-ticks={d10} --field-trial-handle={d4},i,{d15},{d15},262144 --variations-seed-version /prefetch:1',
  ],
  [
    'u',
    8,
    'g',
    `${WINDOWS}\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe`,
    '"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe" --type=utility --utility-sub-type=network.mojom.NetworkService --lang=en-US --service-sandbox-type=none --field-trial-handle={d4},i,{d15},{d15},524288 /prefetch:3',
  ],
  [
    'u',
    3,
    'g',
    `${WINDOWS}\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE`,
    '"C:\\Program Files\\Microsoft Office\\Root\\Office16\\EXCEL.EXE" "C:\\Users\\Public\\Documents\\{word} {d3}.xlsx"',
  ],
  [
    'u',
    3,
    'g',
    `${WINDOWS}\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE`,
    '"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE" /restore',
  ],
  [
    'u',
    3,
    'g',
    `${WINDOWS}\\Users\\Public\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe`,
    '"C:\\Users\\Public\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe" --type=gpu-process --gpu-preferences={x32} --mojo-platform-channel-handle={d4}',
  ],
  [
    'u',
    2,
    'c',
    `${WINDOWS}\\Program Files\\Git\\cmd\\git.exe`,
    'git.exe -c core.quotepath=false log --format=%H --max-count={d2} {x8}',
  ],
  [
    'u',
    2,
    'c',
    `${WINDOWS}\\Program Files\\nodejs\\node.exe`,
    '"C:\\Program Files\\nodejs\\node.exe" C:\\src\\{word}\\node_modules\\.bin\\{word} --watch',
  ],
];

export const MAC_ROWS: readonly Row[] = [
  ['s', 6, 'c', '/usr/libexec/xpcproxy', 'xpcproxy com.apple.{word}.{word}'],
  [
    's',
    5,
    'c',
    '/System/Library/Frameworks/CoreServices.framework/Versions/A/Frameworks/Metadata.framework/Versions/A/Support/mdworker_shared',
    '/System/Library/Frameworks/CoreServices.framework/Frameworks/Metadata.framework/Versions/A/Support/mdworker_shared -s mdworker -c MDSImporterWorker -m com.apple.mdworker.shared',
  ],
  ['s', 3, 'c', '/usr/sbin/cupsd', '/usr/sbin/cupsd -l'],
  ['s', 2, 'c', '/usr/libexec/trustd', '/usr/libexec/trustd --agent'],
  ['u', 6, 'c', '/bin/zsh', '/bin/zsh -il'],
  ['u', 5, 'c', '/bin/bash', '/bin/bash -c "find ~/{word} -name \'*.{word}\' -mtime -{d1}"'],
  ['u', 3, 'c', '/usr/bin/curl', 'curl -fsSL https://{word}.example.net/{x8}.pkg -o /tmp/{x8}.pkg'],
  ['u', 3, 'c', '/usr/bin/git', 'git -C /Users/Shared/{word} fetch --prune origin'],
  [
    'u',
    8,
    'g',
    '/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome Framework.framework/Helpers/Google Chrome Helper.app/Contents/MacOS/Google Chrome Helper',
    '/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome Framework.framework/Helpers/Google Chrome Helper.app/Contents/MacOS/Google Chrome Helper --type=renderer --lang=en-US --num-raster-threads=4 --renderer-client-id={d3} --field-trial-handle={d16},r,{d16},{d16},262144 --seatbelt-client={d2}',
  ],
  ['u', 3, 'g', '/Applications/Slack.app/Contents/MacOS/Slack', '/Applications/Slack.app/Contents/MacOS/Slack'],
  ['u', 2, 'c', '/opt/homebrew/bin/python3.12', 'python3.12 -m {word}.{word} --port {d4}'],
];

export const LINUX_ROWS: readonly Row[] = [
  ['s', 6, 'c', '/usr/sbin/cron', '/usr/sbin/CRON -f'],
  ['s', 5, 'c', '/usr/bin/dash', '/bin/sh -c "cd / && run-parts --report /etc/cron.hourly"'],
  [
    's',
    4,
    'c',
    '/usr/bin/runc',
    'runc --root /run/containerd/runc/k8s.io --log /run/containerd/{x64}/log.json --log-format json exec --process /tmp/runc-process{d9} {x64}',
  ],
  [
    's',
    3,
    'c',
    '/usr/bin/containerd-shim-runc-v2',
    '/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id {x64} -address /run/containerd/containerd.sock',
  ],
  ['s', 3, 'c', '/usr/bin/systemctl', 'systemctl is-active --quiet {word}.service'],
  ['u', 6, 'c', '/usr/bin/bash', 'bash -lc "grep -c {word} /var/log/{word}.log"'],
  ['u', 4, 'c', '/usr/bin/awk', 'awk -F: {print $1}'],
  ['u', 3, 'c', '/usr/bin/curl', 'curl -s http://{ip}:8080/health'],
  ['u', 3, 'c', '/usr/bin/python3.11', 'python3 /opt/{word}/{word}.py --batch {d5}'],
  [
    'u',
    3,
    'c',
    '/usr/lib/jvm/java-21-openjdk/bin/java',
    'java -Xmx4g -Djava.io.tmpdir=/var/tmp/{x8} -jar /srv/{word}/{word}.jar --spring.profiles.active=prod',
  ],
  ['u', 2, 'c', '/usr/bin/ssh', 'ssh -o BatchMode=yes deploy@{ip} uptime'],
];

/** Programs that run from boot on every host; the first is the ancestor of all others. */
export const ALWAYS: Record<Platform, readonly Row[]> = {
  Win: [
    ['s', 1, 'c', `${SYSTEM32}\\services.exe`, 'C:\\WINDOWS\\system32\\services.exe'],
    ['s', 1, 'c', `${SYSTEM32}\\svchost.exe`, 'C:\\WINDOWS\\system32\\svchost.exe -k LocalServiceNetworkRestricted -p -s Dhcp'],
    ['s', 1, 'c', `${SYSTEM32}\\lsass.exe`, 'C:\\WINDOWS\\system32\\lsass.exe'],
    ['u', 1, 'g', `${WINDOWS}\\Windows\\explorer.exe`, 'C:\\WINDOWS\\Explorer.EXE'],
  ],
  Mac: [
    ['s', 1, 'c', '/sbin/launchd', '/sbin/launchd'],
    ['s', 1, 'c', '/usr/sbin/mDNSResponder', '/usr/sbin/mDNSResponder'],
    ['s', 1, 'c', '/usr/libexec/opendirectoryd', '/usr/libexec/opendirectoryd'],
    [
      'u',
      1,
      'g',
      '/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder',
      '/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder',
    ],
  ],
  Lin: [
    ['s', 1, 'c', '/usr/lib/systemd/systemd', '/sbin/init'],
    ['s', 1, 'c', '/usr/sbin/sshd', 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'],
    ['s', 1, 'c', '/usr/bin/containerd', '/usr/bin/containerd'],
    ['u', 1, 'c', '/usr/sbin/nginx', 'nginx: worker process'],
  ],
};
