using Dispatch.Server.Musters;
using Xunit;

namespace Dispatch.Server.Tests.Musters;

public sealed class RollCallTests
{
    [Fact]
    public void Whatever_the_people_do_the_roll_call_falls_from_notified_to_checked_in()
    {
        var random = new Random(20261122);
        for (var trial = 0; trial < 500; trial++)
        {
            var people = new MusterStage[random.Next(0, 60)];
            for (var step = 0; step < 40 && people.Length > 0; step++)
            {
                people[random.Next(people.Length)] = (MusterStage)random.Next(0, 6); // also back: a yes taken back
                var roll = RollCall.Of(people);
                int[] numbers = [people.Length, roll.Notified, roll.Delivered, roll.Responded, roll.Accepted, roll.CheckedIn];
                Assert.Equal(numbers.OrderDescending(), numbers);
                Assert.Equal(people.Length, roll.People);
                Assert.Equal(people.Count(stage => stage == MusterStage.Responded), roll.Declined);
                Assert.Equal(people.Count(stage => stage == MusterStage.CheckedIn), roll.CheckedIn);
            }
        }
    }
}
