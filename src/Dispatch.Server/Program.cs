using Dispatch.Server;
using Dispatch.Server.Storage;

try
{
    await using var node = await Node.CreateAsync(args);
    await node.RunAsync();
    return 0;
}
catch (LocalPostgresException e)
{
    // A message a person can act on; the stack would only hide it.
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
