global using Xunit;

// One more than there are processors: a test waits more than it works, for a clock, a restart or another node.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
