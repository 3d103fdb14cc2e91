// One more than there are processors: a page waits more than it works, for what is typed, sent and drawn.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
