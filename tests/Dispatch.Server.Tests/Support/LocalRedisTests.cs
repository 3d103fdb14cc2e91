using Dispatch.Drills;
using StackExchange.Redis;
using Xunit;

namespace Dispatch.Server.Tests.Support;

public sealed class LocalRedisTests
{
    [Fact]
    public async Task A_redis_that_went_comes_back_empty_on_the_same_port()
    {
        int port;
        await using (var first = await LocalRedis.StartAsync())
        {
            port = first.Port;
            using var client = await ConnectionMultiplexer.ConnectAsync(first.ConnectionString);
            await client.GetDatabase().StringSetAsync("word", "gone soon");
        }

        await using var second = await LocalRedis.StartAsync(port);
        using var again = await ConnectionMultiplexer.ConnectAsync(second.ConnectionString);
        Assert.True((await again.GetDatabase().StringGetAsync("word")).IsNull);
    }
}
