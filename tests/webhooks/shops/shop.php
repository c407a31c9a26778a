<?php
// Answers for the PHP snippet. Each time it gets a namespace of its own, where time() is what was asked for.
set_error_handler(function (int $level, string $words): never {
    throw new ErrorException($words);
});
$snippet = substr(file_get_contents($argv[1]), strlen('<?php'));

for ($number = 1; ($line = fgets(STDIN)) !== false; $number++) {
    $asked = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
    foreach (['NEW', 'OLD'] as $place => $name) {
        $secret = $asked['secrets'][$place];
        putenv("POSTPAY_HOOK_SECRET_$name" . ($secret === null ? '' : "=$secret"));
    }
    eval("namespace Shop$number; function time(): int { return \$GLOBALS['asked']['now']; } $snippet");
    $isFromPostpay = "Shop$number\\isFromPostpay";
    $taken = $isFromPostpay(base64_decode($asked['body']), base64_decode($asked['header']), $secrets);
    echo json_encode($taken), "\n";
}
