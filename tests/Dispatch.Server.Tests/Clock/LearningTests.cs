using Dispatch.Server.Clock;
using Dispatch.Server.Storage;
using Dispatch.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Clock;

public sealed class LearningTests
{
    [Fact]
    public async Task What_is_learned_of_a_year_may_take_longer_than_a_statement_somebody_waits_for()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.SqlAsync("""
            CREATE TABLE learned (at timestamptz);
            CREATE OR REPLACE FUNCTION learn_responses() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT pg_sleep(5.5); INSERT INTO public.learned VALUES (clock_timestamp()) $$
            """);

        await new LearnResponses(node.Services.GetRequiredService<IDbContextFactory<DispatchDb>>()).Execute(null!, CancellationToken.None);

        Assert.NotEqual(0L, await node.World.ScalarAsync<long>("SELECT count(*) FROM learned"));
    }
}
