<?php
// A cache behind tearproof's adapter protocol: put the calls of yours into these functions.
// tearproof adapter-test php adapter.php    checks it; docs/adapters.md says the rest.
$answers = fopen('php://fd/1', 'w');
ob_start(function ($text) { fwrite(STDERR, $text); return ''; }, 1); // What is printed is no answer.
ini_set('display_errors', 'stderr');
set_error_handler(function ($level, $message) { // What "@" keeps quiet is none.
    if (error_reporting() & $level) throw new ErrorException($message);
});

$operations = [
    // Comes first, and again with another "dir": open the cache there and forget all else.
    'init' => function ($request) {
        global $root;
        $root = $request['dir'];
        clearstatcache(true); // What PHP remembers of paths outlives a directory.
        if (!is_dir($root) && !@mkdir($root, 0700, true) && !is_dir($root)) {
            throw new Exception("cannot create $root");
        }
        return ['name' => 'mine', 'version' => '1', 'source' => __FILE__,
                'operations' => ['get', 'has', 'set', 'delete']];
    },
    'get' => function ($request) {
        $value = @file_get_contents(path($request)); // To look first would be a race.
        return $value === false ? ['result' => 'miss'] : ['result' => 'hit', 'value' => $value];
    },
    'has' => fn($request) => ['result' => is_file(path($request)) ? 'hit' : 'miss'],
    'set' => function ($request) { // A cache with times to live takes $request['ttl']: seconds.
        global $root;
        $temporary = tempnam($root, 'tmp');
        file_put_contents($temporary, $request['value']);
        rename($temporary, path($request));
        return ['result' => 'done'];
    },
    'delete' => function ($request) { // "refused" is by contract, and no error: nothing was there.
        return ['result' => @unlink(path($request)) ? 'done' : 'refused'];
    },
];

function path($request) { // Keys are any text: "../x", "a/b", a NUL.
    global $root;
    clearstatcache();
    return $root . '/' . hash('sha256', $request['key']);
}

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true);
    $answer = ['id' => $request['id'], 'ok' => true];
    try {
        $run = $operations[$request['op']] ?? null;
        $answer += $run ? $run($request) : ['unsupported' => true];
    } catch (Throwable $error) { // What a user of the cache would have been shown.
        $answer = ['ok' => false, 'error' => get_class($error) . ': ' . $error->getMessage()] + $answer;
    }
    fwrite($answers, json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}
